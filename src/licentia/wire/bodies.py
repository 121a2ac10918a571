"""Bodies of Microsoft Graph v1.0 from plain values: licenses, plans and products as an answer writes them.

Pure: sources and names go in, JSON values come out. What nobody knows is null; a collection is never null.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from licentia.domain.catalog import Catalog, Product
from licentia.domain.facts import AssignmentState, SourceKind
from licentia.domain.instants import Instant, to_iso
from licentia.domain.subscriptions import BillingAccount, Subscription
from licentia.wire.graph_users import state_name

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class HeldSource:
    """One source of a user, as the store lists it; `group_id` is the group's object id where a group gives it."""

    sku_id: str
    kind: int
    group_id: str | None
    state: int
    disabled_plans: frozenset[str]
    error: str | None
    since: Instant | None

    @property
    def holds(self) -> bool:
        """Whether the product is held by it."""
        return AssignmentState(self.state).holds


def when(instant: Instant | None) -> str | None:
    """An instant as Graph writes it; null where nobody knows."""
    return None if instant is None else to_iso(instant)


def assigned_licenses(sources: Iterable[HeldSource]) -> list[Json]:
    """One entry per product held: a plan is off only where every source that gives the product has it off (2.3)."""
    off: dict[str, frozenset[str]] = {}
    for source in sources:
        if source.holds:
            known = off.get(source.sku_id)
            off[source.sku_id] = source.disabled_plans if known is None else known & source.disabled_plans
    return [{"disabledPlans": sorted(plans), "skuId": sku} for sku, plans in off.items()]


def assignment_states(sources: Iterable[HeldSource]) -> list[Json]:
    """One entry per product and path; a purchase and a path nobody stated have no group, as a direct one has none."""
    return [
        {
            "skuId": source.sku_id,
            "disabledPlans": sorted(source.disabled_plans),
            "assignedByGroup": source.group_id if source.kind == SourceKind.GROUP else None,
            "state": state_name(AssignmentState(source.state)),
            "error": source.error,
            "lastUpdatedDateTime": when(source.since),
        }
        for source in sources
        if source.state != AssignmentState.REMEMBERED
    ]


_SERVICES: Final = (
    ("EXCHANGE", "exchange"),
    ("SHAREPOINT", "SharePoint"),
    ("ONEDRIVE", "SharePoint"),
    ("MCO", "MicrosoftCommunicationsOnline"),
    ("TEAMS", "TeamspaceAPI"),
    ("OFFICESUBSCRIPTION", "MicrosoftOffice"),
    ("OFFICE_", "MicrosoftOffice"),
    ("INTUNE", "SCO"),
    ("AAD_", "AADPremiumService"),
    ("MFA_", "MultiFactorService"),
    ("RMS_", "RMSOnline"),
    ("ADALLOM", "Adallom"),
    ("YAMMER", "YammerEnterprise"),
    ("FLOW", "ProcessSimple"),
    ("POWERAPPS", "PowerAppsService"),
    ("POWER_APPS", "PowerAppsService"),
    ("POWER_VIRTUAL", "ccibotsprod"),
    ("BI_AZURE", "PowerBI"),
    ("SWAY", "Sway"),
    ("STREAM", "MicrosoftStream"),
    ("DESKLESS", "Deskless"),
    ("PROJECTWORKMANAGEMENT", "ProjectWorkManagement"),
    ("PROJECT", "ProjectProgramsAndPortfolios"),
    ("BPOS_S_TODO", "To-Do"),
    ("FORMS", "OfficeForms"),
    ("WHITEBOARD", "WhiteboardServices"),
    ("ATA", "AzureAdvancedThreatAnalytics"),
    ("ATP_", "exchange"),
    ("THREAT_", "exchange"),
    ("WINDEFATP", "WindowsDefenderATP"),
    ("WIN10", "Windows"),
    ("DYN365", "DynamicsCRM"),
)
"""How a service plan's name begins and the service behind it. Only `exchange` was read in a source: R-197."""


def service_of(plan_name: str) -> str:
    """The service that Graph names beside a plan; the plan's own name where we know none."""
    name = plan_name.upper()
    return next((service for start, service in _SERVICES if name.startswith(start)), plan_name)


def _plan_name(catalog: Catalog, plan_id: str) -> str:
    plan = catalog.plans.get(plan_id)
    return plan.name if plan else plan_id


def enabled_plans(sources: Sequence[HeldSource], catalog: Catalog) -> dict[str, Instant | None]:
    """By service plan that is on, since when: the earliest source that has it on."""
    found: dict[str, Instant | None] = {}
    for source in sources:
        product = catalog.product_or_none(source.sku_id) if source.holds else None
        for plan in product.plan_ids if product else ():
            if plan in source.disabled_plans:
                continue
            known = found.get(plan)
            found[plan] = source.since if known is None or (source.since or known) < known else known
    return found


def assigned_plans(sources: Sequence[HeldSource], catalog: Catalog) -> list[Json]:
    """One entry per service plan that is on."""
    return [
        {
            "assignedDateTime": when(since),
            "capabilityStatus": "Enabled",
            "service": service_of(_plan_name(catalog, plan)),
            "servicePlanId": plan,
        }
        for plan, since in enabled_plans(sources, catalog).items()
    ]


def provisioned_plans(sources: Sequence[HeldSource], catalog: Catalog) -> list[Json]:
    """The services behind the plans that are on, without a plan's GUID."""
    return [
        {
            "capabilityStatus": "Enabled",
            "provisioningStatus": "Success",
            "service": service_of(_plan_name(catalog, plan)),
        }
        for plan in enabled_plans(sources, catalog)
    ]


def service_plans(product: Product | None, catalog: Catalog, off: frozenset[str] = frozenset()) -> list[Json]:
    """servicePlanInfo of a product; those in `off` are Disabled. Of a product nobody knows: none."""
    return [
        {
            "servicePlanId": plan,
            "servicePlanName": _plan_name(catalog, plan),
            "provisioningStatus": "Disabled" if plan in off else "Success",
            "appliesTo": "User",
        }
        for plan in (product.plan_ids if product else ())
    ]


def license_details(tenant_guid: str, sources: Sequence[HeldSource], catalog: Catalog) -> list[Json]:
    """licenseDetails: one entry per product held, those from groups included."""
    found: list[Json] = []
    for entry in assigned_licenses(sources):
        sku = str(entry["skuId"])
        product = catalog.product_or_none(sku)
        found.append(
            {
                "id": detail_id(tenant_guid, sku),
                "skuId": sku,
                "skuPartNumber": product.part_number if product else sku,
                "servicePlans": service_plans(product, catalog, frozenset(map(str, _list(entry["disabledPlans"])))),
            }
        )
    return found


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def detail_id(tenant_guid: str, sku_id: str) -> str:
    """An opaque key of a licenseDetails entry, the same in every answer."""
    both = uuid.UUID(tenant_guid).bytes_le + uuid.UUID(sku_id).bytes_le
    return base64.urlsafe_b64encode(both).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class SkuUnits:
    """Seats of a product over its subscriptions, by state, and those taken. None: nobody stated how many there are."""

    enabled: int | None
    warning: int = 0
    suspended: int = 0
    locked_out: int = 0
    consumed: int = 0


def capability_status(units: SkuUnits) -> str:
    """The best state in which the product has seats; a product of which nobody stated any is Enabled."""
    if units.enabled is None or units.enabled:
        return "Enabled"
    states = (("Warning", units.warning), ("Suspended", units.suspended), ("LockedOut", units.locked_out))
    return next((name for name, seats in states if seats), "Deleted")


def subscribed_sku(
    tenant: tuple[str, str], sku_id: str, applies_to: str | None, units: SkuUnits, refs: Sequence[str], catalog: Catalog
) -> Json:
    """subscribedSku of a product; `tenant` is (object id, name). Seats that nobody stated are sent as 0 enabled."""
    tenant_guid, name = tenant
    product = catalog.product_or_none(sku_id)
    return {
        "accountName": name,
        "accountId": tenant_guid,
        "appliesTo": applies_to or "User",
        "capabilityStatus": capability_status(units),
        "consumedUnits": units.consumed,
        "id": f"{tenant_guid}_{sku_id}",
        "skuId": sku_id,
        "skuPartNumber": product.part_number if product else sku_id,
        "subscriptionIds": list(refs),
        "prepaidUnits": {
            "enabled": units.enabled or 0,
            "suspended": units.suspended,
            "warning": units.warning,
            "lockedOut": units.locked_out,
        },
        "servicePlans": service_plans(product, catalog),
    }


STATUS: Final[Mapping[str, str]] = {
    "enabled": "Enabled",
    "warning": "Warning",
    "suspended": "Suspended",
    "locked_out": "LockedOut",
    "deleted": "Deleted",
}
"""A subscription's state as Graph writes it."""


def company_subscription(one: Subscription, owner: str | None, catalog: Catalog) -> Json:
    """companySubscription: `owner` is the object id of who bought it for themselves; None: the organization."""
    product = catalog.product_or_none(one.sku_id)
    return {
        "id": one.ref,
        "commerceSubscriptionId": one.ref,
        "createdDateTime": when(one.started_at),
        "isTrial": one.account is BillingAccount.TRIAL,
        "nextLifecycleDateTime": when(one.next_at or one.renews_at),
        "ownerId": owner,
        "ownerTenantId": None,
        "ownerType": None if owner is None else "User",
        "serviceStatus": service_plans(product, catalog),
        "skuId": one.sku_id,
        "skuPartNumber": product.part_number if product else one.sku_id,
        "status": STATUS[one.state.value],
        "totalLicenses": one.seats,
    }
