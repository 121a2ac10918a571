// A whole licensing scenario with Microsoft's JavaScript client, unmodified: what it does not find as it should ends it with 1.
import assert from "node:assert/strict";
import { ClientSecretCredential } from "@azure/identity";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const { SERVER, TENANT, CLIENT_ID, CLIENT_SECRET } = process.env;
const credential = new ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, {
  authorityHost: SERVER,
  disableInstanceDiscovery: true,
});
const client = Client.initWithMiddleware({
  authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: ["https://graph.microsoft.com/.default"] }),
  baseUrl: SERVER,
  customHosts: new Set([new URL(SERVER).hostname]),
});

const refused = async (act, message) => {
  await assert.rejects(act, (error) => {
    assert.match(error.message, message);
    assert.equal(error.statusCode, 400);
    return true;
  });
};
const every = async (page) => {
  const found = [];
  await new PageIterator(client, page, (one) => found.push(one)).iterate();
  return found;
};

const skus = (await client.api("/subscribedSkus").get()).value;
const e3 = skus.find((one) => one.skuPartNumber === "SPE_E3");
assert.ok(e3.consumedUnits > 20);

const holders = await every(
  await client.api("/users").filter(`assignedLicenses/any(x:x/skuId eq ${e3.skuId})`).select(["id", "assignedLicenses", "licenseAssignmentStates"]).top(50).get(),
);
assert.equal(holders.length, e3.consumedUnits);
const counted = await client.api("/users").header("ConsistencyLevel", "eventual").count(true).top(1).get();
assert.ok(counted["@odata.count"] > holders.length);

// Those who hold nothing else: an add-on that needs the product would stand in the way.
const direct = holders.filter(
  (one) => one.assignedLicenses.length === 1 && one.licenseAssignmentStates.every((state) => state.assignedByGroup === null),
);
const person = direct[0].id;
const assign = (id, body) => client.api(`/users/${id}/assignLicense`).post(body);
const plan = e3.servicePlans.find((one) => one.servicePlanName === "TEAMS1") ?? e3.servicePlans[0];
await assign(person, { addLicenses: [{ skuId: e3.skuId, disabledPlans: [plan.servicePlanId] }], removeLicenses: [] });
const details = (await client.api(`/users/${person}/licenseDetails`).get()).value.find((one) => one.skuId === e3.skuId);
assert.equal(details.servicePlans.find((one) => one.servicePlanId === plan.servicePlanId).provisioningStatus, "Disabled");
await refused(() => assign(person, { addLicenses: [] }), /missing parameters are: removeLicenses/);
await refused(() => assign(person, { addLicenses: [{ skuId: "11111111-2222-4333-8444-555555555555" }], removeLicenses: [] }), /valid company License/);

const delta = await client.api("/users/delta").select("id,assignedLicenses").get();
let link = delta;
while (link["@odata.nextLink"]) link = await client.api(link["@odata.nextLink"]).get();
const batch = await client.api("/$batch").post({
  requests: direct.slice(1, 21).map((one, n) => ({
    id: String(n),
    method: "POST",
    url: `/users/${one.id}/assignLicense`,
    headers: { "Content-Type": "application/json" },
    body: { addLicenses: [], removeLicenses: [e3.skuId] },
  })),
});
assert.equal(batch.responses.length, Math.min(20, direct.length - 1));
for (const one of batch.responses) assert.equal(one.status, 200, JSON.stringify(one.body));
const changes = await client.api(link["@odata.deltaLink"]).get();
assert.equal(changes.value.length, batch.responses.length);
await refused(() => assign(direct[1].id, { addLicenses: [], removeLicenses: [e3.skuId] }), /does not have a corresponding license/);
console.log(`javascript: ${holders.length} holders, ${batch.responses.length} in a batch, ${changes.value.length} in the delta`);
