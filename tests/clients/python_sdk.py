"""A whole licensing scenario with Microsoft's Graph SDK for Python, unmodified: an assertion that fails ends it with 1."""

from __future__ import annotations

import asyncio
import os
import uuid

from azure.identity.aio import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.assigned_license import AssignedLicense
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User
from msgraph.generated.users.count.count_request_builder import CountRequestBuilder
from msgraph.generated.users.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.assign_license.assign_license_post_request_body import AssignLicensePostRequestBody
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core import GraphClientFactory, PageIterator
from msgraph_core.authentication import AzureIdentityAuthenticationProvider
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

SERVER = os.environ["SERVER"]
E3 = "SPE_E3"


def licenses(*add: AssignedLicense, remove: tuple[uuid.UUID, ...] = ()) -> AssignLicensePostRequestBody:
    """Both arrays, as the call asks for."""
    return AssignLicensePostRequestBody(add_licenses=list(add), remove_licenses=list(remove))


async def refused(call: object, words: str) -> None:
    """Ends the script unless the call is refused with these words."""
    try:
        await call  # type: ignore[misc]
    except APIError as error:
        said = (error.response_status_code, error.error.message)  # type: ignore[attr-defined]
    else:
        said = (200, "")
    assert said[0] == 400, said
    assert words in said[1], said


async def scenario(client: GraphServiceClient) -> None:
    """Products, holders by pages, licenses, a batch, refusals, delete and restore, delta to its end and again."""
    skus = (await client.subscribed_skus.get()).value
    e3 = next(one for one in skus if one.sku_part_number == E3)
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        filter=f"assignedLicenses/any(x:x/skuId eq {e3.sku_id})",
        select=["id", "assignedLicenses", "licenseAssignmentStates"],
        top=50,
    )
    page = await client.users.get(RequestConfiguration(query_parameters=query))
    holders: list[User] = []
    await PageIterator(page, client.request_adapter).iterate(lambda one: holders.append(one) or True)
    assert len(holders) == e3.consumed_units, (len(holders), e3.consumed_units)
    counting = RequestConfiguration(query_parameters=CountRequestBuilder.CountRequestBuilderGetQueryParameters())
    counting.headers.add("ConsistencyLevel", "eventual")
    assert await client.users.count.get(counting) > len(holders)

    # Those who hold nothing else: an add-on that needs the product would stand in the way.
    alone = [one for one in holders if len(one.assigned_licenses or []) == 1]
    mine = [one for one in alone if all(s.assigned_by_group is None for s in one.license_assignment_states or [])]
    person, others = client.users.by_user_id(mine[0].id), mine[1:21]
    plan = next(one for one in e3.service_plans if one.service_plan_name == "TEAMS1")
    await person.assign_license.post(licenses(AssignedLicense(sku_id=e3.sku_id, disabled_plans=[plan.service_plan_id])))
    details = (await person.license_details.get()).value
    shown = next(
        p
        for d in details
        if d.sku_id == e3.sku_id
        for p in d.service_plans
        if p.service_plan_id == plan.service_plan_id
    )
    assert shown.provisioning_status == "Disabled", shown
    nowhere = AssignedLicense(sku_id=uuid.uuid4(), disabled_plans=[])
    await refused(person.assign_license.post(licenses(nowhere)), "does not correspond to a valid company License")

    options = RequestConfiguration(
        query_parameters=DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=["id", "assignedLicenses"])
    )
    round_ = await client.users.delta.get(options)
    while round_.odata_next_link:
        round_ = await client.users.delta.with_url(round_.odata_next_link).get()
    link = round_.odata_delta_link

    batch = BatchRequestContent()
    for one in others:
        request = client.users.by_user_id(one.id).assign_license.to_post_request_information(
            licenses(remove=(e3.sku_id,))
        )
        item = BatchRequestItem(request_information=request)
        item.url = f"/users/{one.id}/assignLicense"
        batch.add_request(item.id, item)
    answers = await client.batch.post(batch)
    assert len(answers.responses) == len(others)
    assert {one.status for one in answers.responses.values()} == {200}
    again = client.users.by_user_id(others[0].id)
    await refused(again.assign_license.post(licenses(remove=(e3.sku_id,))), "does not have a corresponding license")
    changed = await client.users.delta.with_url(link).get()
    assert {one.id for one in changed.value} == {one.id for one in others}
    assert (await client.users.delta.with_url(changed.odata_delta_link).get()).value == []

    name = f"rehearsal@{(await client.organization.get()).value[0].verified_domains[0].name}"
    made = await client.users.post(
        User(
            account_enabled=True,
            display_name="Rehearsal",
            mail_nickname="rehearsal",
            user_principal_name=name,
            usage_location="NL",
            password_profile=PasswordProfile(password=str(uuid.uuid4())),
        )
    )
    group = (await client.groups.get()).value
    static = next(
        one for one in group if not one.group_types and not one.on_premises_sync_enabled and not one.mail_enabled
    )
    reference = ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/directoryObjects/{made.id}")
    await client.groups.by_group_id(static.id).members.ref.post(reference)
    await client.users.by_user_id(made.id).patch(User(department="Tryout"))
    await client.users.by_user_id(made.id).delete()
    gone = (await client.directory.deleted_items.graph_user.get()).value
    assert made.id in {one.id for one in gone}
    await client.directory.deleted_items.by_directory_object_id(made.id).restore.post()
    selected = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=["department", "accountEnabled"])
    back = await client.users.by_user_id(made.id).get(RequestConfiguration(query_parameters=selected))
    assert (back.department, back.account_enabled) == ("Tryout", True)
    print(f"python: {len(holders)} holders, {len(answers.responses)} in a batch, {len(changed.value)} in the delta")


async def main() -> None:
    """Signs in as a program, and walks through it."""
    credential = ClientSecretCredential(
        os.environ["TENANT"],
        os.environ["CLIENT_ID"],
        os.environ["CLIENT_SECRET"],
        authority=SERVER,
        disable_instance_discovery=True,
    )
    signed_in = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["localhost"]
    )
    adapter = GraphRequestAdapter(signed_in, GraphClientFactory.create_with_default_middleware())
    adapter.base_url = f"{SERVER}/v1.0"
    await scenario(GraphServiceClient(request_adapter=adapter))
    await credential.close()


asyncio.run(main())
