"""What a tenant owns: subscribedSkus, directory/subscriptions, organization. Read only, as in v1.0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from licentia.domain import catalog as catalog_of
from licentia.domain.subscriptions import SubscriptionState
from licentia.graph_api import paging
from licentia.graph_api.asking import Answer, Ask
from licentia.graph_api.errors import GraphRefused
from licentia.graph_api.users import gone
from licentia.store.lists import graph_tenants as list_of
from licentia.store.lists import products, subscriptions
from licentia.store.lists.products import ProductRow
from licentia.wire.bodies import Json, SkuUnits, company_subscription, subscribed_sku, when
from licentia.wire.errors import BAD_REQUEST


def skus(ask: Ask) -> Answer:
    """Every product with its seats; there is no $filter here (1.1)."""
    if ask.options.filter is not None:
        raise GraphRefused(400, BAD_REQUEST, "Filter is not supported for the resource 'subscribedSkus'.")
    return Answer(body=paging.collection(ask, "subscribedSkus", [_picked(ask, one) for one in _skus(ask)]))


def sku(ask: Ask, key: str) -> Answer:
    """One product, by `{tenant id}_{sku id}`."""
    found = next((one for one in _skus(ask) if str(one["id"]) == key.lower()), None)
    if found is None:
        raise gone(key)
    return Answer(body={"@odata.context": f"{ask.base}/$metadata#subscribedSkus/$entity"} | _picked(ask, found))


def _picked(ask: Ask, body: Json) -> Json:
    wanted = {name.casefold() for name in ask.options.select}
    return {name: value for name, value in body.items() if not wanted or name.casefold() in wanted}


def _skus(ask: Ask) -> list[Json]:
    tenant = list_of.identity(ask.tenant_id)
    bought = list_of.units(ask.tenant_id)
    refs = defaultdict(list)
    for product, ref in list_of.refs(ask.tenant_id):
        refs[product].append(ref)
    applies, catalog = list_of.applies_to(ask.tenant_id), catalog_of.load()
    return [
        subscribed_sku(
            (tenant.object_id, tenant.name),
            row.sku_id,
            applies.get(row.id),
            _units(row, bought.get(row.id, {})),
            refs[row.id],
            catalog,
        )
        for row in sorted(products.every(ask.tenant_id), key=lambda row: row.id)
    ]


def _units(row: ProductRow, states: dict[str, int]) -> SkuUnits:
    """Seats by state: of the subscriptions where there are any, else the pool as it was stated."""
    taken = row.consumed + row.purchased_consumed
    if not states:
        size = None if row.capacity is None else row.capacity + row.purchased_seats
        return SkuUnits(size, consumed=taken)
    return SkuUnits(
        enabled=states.get(SubscriptionState.ENABLED, 0),
        warning=states.get(SubscriptionState.WARNING, 0),
        suspended=states.get(SubscriptionState.SUSPENDED, 0),
        locked_out=states.get(SubscriptionState.LOCKED_OUT, 0),
        consumed=taken,
    )


def listing(ask: Ask) -> Answer:
    """A page of subscriptions."""
    top = paging.top_of(ask)
    found = subscriptions.page(ask.tenant_id, paging.number_after(ask), top + 1)
    body = paging.collection(
        ask,
        "subscriptions",
        [_picked(ask, one) for one in _bodies(ask, found[:top])],
        next_key=(found[top - 1].subscription.id,) if len(found) > top else None,
    )
    return Answer(body=body)


def one(ask: Ask, key: str) -> Answer:
    """One subscription, by its id or its key `commerceSubscriptionId`."""
    found = subscriptions.named(ask.tenant_id, key)
    if found is None or found.subscription.ref != key.strip().lower():
        raise gone(key)
    body = _bodies(ask, [found])[0]
    return Answer(body={"@odata.context": f"{ask.base}/$metadata#subscriptions/$entity"} | _picked(ask, body))


def _bodies(ask: Ask, rows: Iterable[subscriptions.Row]) -> list[Json]:
    found = list(rows)
    bought = [row.subscription.purchase_id for row in found if row.subscription.purchase_id]
    owners = list_of.buyers(ask.tenant_id, bought) if bought else {}
    catalog = catalog_of.load()
    return [company_subscription(r.subscription, owners.get(r.subscription.purchase_id), catalog) for r in found]


def organization(ask: Ask) -> Answer:
    """The caller's tenant, the one organization there is."""
    return Answer(body=paging.collection(ask, "organization", [_picked(ask, _organization(ask))]))


def organization_one(ask: Ask, key: str) -> Answer:
    """The organization by its id; another tenant's is not found."""
    body = _organization(ask)
    if body["id"] != key.lower():
        raise gone(key)
    return Answer(body={"@odata.context": f"{ask.base}/$metadata#organization/$entity"} | _picked(ask, body))


def _organization(ask: Ask) -> Json:
    tenant = list_of.identity(ask.tenant_id)
    domains = list_of.domains(ask.tenant_id)
    return {
        "id": tenant.object_id,
        "deletedDateTime": None,
        "businessPhones": [],
        "city": None,
        "country": None,
        "countryLetterCode": tenant.country,
        "createdDateTime": when(tenant.created_at),
        "defaultUsageLocation": None,
        "displayName": tenant.name,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": None,
        "onPremisesSyncEnabled": None,
        "postalCode": None,
        "preferredLanguage": tenant.language,
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": None,
        "street": None,
        "technicalNotificationMails": [],
        "tenantType": "AAD",
        "assignedPlans": [],
        "provisionedPlans": [],
        "verifiedDomains": [
            {"capabilities": "Email", "isDefault": i == 0, "isInitial": i == 0, "name": name, "type": "Managed"}
            for i, name in enumerate(domains)
        ],
    }
