"""The tables: columns, keys, indexes. Keys are final; hot writes and lists are SQL in store.bulk and store.lists.

No rule, no save(), no manager with logic. Instants are whole microseconds UTC (domain.instants). One file, however
long: a schema is read whole, and Django finds its tables here.
"""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import CompositePrimaryKey, F, Index, Q, UniqueConstraint
from django.db.models.functions import Coalesce, Lower

from licentia.store.fields import BytewiseTextField

Big = models.BigIntegerField
Small = models.SmallIntegerField
Text = BytewiseTextField


class OperatorManager(BaseUserManager["Operator"]):
    """Finds operators by their sign-in name."""


class Operator(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; global, with a role per tenant in Membership. Sessions begun before `sessions_from` are over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=254, unique=True)
    display_name = models.CharField(max_length=200, db_default="")
    is_active = models.BooleanField(default=True)
    sessions_from = Big(db_default=0)
    is_staff = False
    USERNAME_FIELD = "name"
    objects = OperatorManager()

    class Meta:
        db_table = "operator"


class Tenant(models.Model):
    """A tenant of this store. Its clock runs `clock_offset` microseconds ahead of the machine's.

    `object_id` is its name on the wire; `graph_profile` how its Graph API behaves: limits and faults.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10)
    origin = models.CharField(max_length=10)
    country = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=5)
    switches = models.CharField(max_length=200, default="")
    clock_offset = Big(default=0)
    confirm_above = Small(default=20)
    limit_percent = Small(default=25)
    limit_users = models.IntegerField(default=500)
    approve_above = models.IntegerField(null=True)
    inactive_days = models.IntegerField(db_default=90)
    currency = models.CharField(max_length=3, db_default="EUR")
    created_at = Big()
    object_id = models.CharField(max_length=36, unique=True)
    graph_profile = models.TextField(db_default="")

    class Meta:
        db_table = "tenant"


class TenantDomain(models.Model):
    """A domain name of a tenant."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    domain = models.CharField(max_length=253)

    class Meta:
        db_table = "tenant_domain"
        constraints = (UniqueConstraint(fields=("tenant", "domain"), name="tenant_domain_once"),)


class Membership(models.Model):
    """The role an operator has in a tenant."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    role = models.CharField(max_length=40)

    class Meta:
        db_table = "membership"
        constraints = (UniqueConstraint(fields=("operator", "tenant", "role"), name="membership_once"),)


class SignInLink(models.Model):
    """A link that signs an operator in, once; only the digest of its secret is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    operator = models.ForeignKey(Operator, on_delete=models.CASCADE)
    expires_at = Big()

    class Meta:
        db_table = "sign_in_link"


class SignInTry(models.Model):
    """A try to sign in that did not succeed (yet); `account` is the digest of the name that was typed, known or not."""

    id = models.CharField(max_length=32, primary_key=True)
    account = models.CharField(max_length=64)
    at = Big()

    class Meta:
        db_table = "sign_in_try"
        indexes = (Index(fields=("account", "at"), name="sign_in_try_account"),)


class AppClient(models.Model):
    """A program that signs in to a tenant's Graph API: what it may by itself, and on behalf of an operator."""

    id = models.CharField(max_length=36, primary_key=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    name = models.CharField(max_length=120)
    application = models.TextField(db_default="")
    delegated = models.TextField(db_default="")
    is_public = models.BooleanField(db_default=False)
    created_at = Big()

    class Meta:
        db_table = "app_client"
        constraints = (UniqueConstraint(fields=("tenant", "name"), name="app_client_name"),)


class AppSecret(models.Model):
    """A secret of a program; only its digest is kept, and its first characters to tell it from others."""

    id = models.CharField(max_length=36, primary_key=True)
    app = models.ForeignKey(AppClient, on_delete=models.CASCADE)
    digest = models.CharField(max_length=200)
    hint = models.CharField(max_length=3)
    created_at = Big()
    expires_at = Big()

    class Meta:
        db_table = "app_secret"


class SigningKey(models.Model):
    """A key that signs access tokens, the private part encrypted. The newest signs; older ones still prove."""

    id = models.CharField(max_length=64, primary_key=True)
    public = models.TextField()
    private = models.TextField()
    created_at = Big()

    class Meta:
        db_table = "signing_key"


class Agenda(models.Model):
    """When a tenant next has work of a kind; workers read it to learn where to look, then work inside that tenant."""

    pk = CompositePrimaryKey("tenant_id", "kind")
    tenant_id = Big()
    kind = Text()
    next_at = Big()

    class Meta:
        db_table = "agenda"


class IdBlock(models.Model):
    """The next unused id of a kind in a tenant."""

    pk = CompositePrimaryKey("tenant_id", "kind")
    tenant_id = Big()
    kind = Text()
    next_id = Big()

    class Meta:
        db_table = "id_block"


class Head(models.Model):
    """The end of a tenant's journal; locked last in every write."""

    tenant_id = Big(primary_key=True)
    seq = Big(default=0)
    segment_id = Big(default=0)
    hash = Text(default="")
    last_now = Big(default=0)

    class Meta:
        db_table = "head"


class Segment(models.Model):
    """One transaction's part of the journal, linked to the one before by its hash."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    door = Text()
    plan_id = Big(null=True)
    actor_kind = Text()
    actor_id = Text()
    actor_name = Text()
    at = Big()
    first_seq = Big()
    last_seq = Big()
    previous_hash = Text()
    hash = Text()

    class Meta:
        db_table = "segment"
        indexes = (Index(fields=("tenant_id", "plan_id", "id"), name="segment_by_plan"),)


class Journal(models.Model):
    """What happened to one object: audit, before-image, history and change feed in one."""

    pk = CompositePrimaryKey("tenant_id", "seq")
    tenant_id = Big()
    seq = Big()
    segment_id = Big()
    at = Big()
    kind = Text()
    object_kind = Text()
    object_id = Big()
    before = Text(null=True)
    after = Text(null=True)

    class Meta:
        db_table = "journal"
        indexes = (
            Index(fields=("tenant_id", "object_kind", "object_id", "seq"), name="journal_by_object"),
            # What happened to subscriptions since a day: few rows beside those of users.
            Index(fields=("tenant_id", "at", "seq"), condition=Q(object_kind="subscription"), name="journal_of_seats"),
        )


_ALIVE = Q(deleted_at__isnull=True)
_SEEN = Coalesce("last_sign_in_at", "created_at")


class ProductEvent(models.Model):
    """What one plan, or one transaction without a plan, did to a product: so many rows of the journal of one kind.

    Kept beside the journal, which it can be made of again; the first row of them is named.
    """

    pk = CompositePrimaryKey("tenant_id", "sku_id", "origin", "kind")
    tenant_id = Big()
    sku_id = Text()
    origin = Big()
    """The plan; of a transaction without one, its segment below zero."""
    kind = Text()
    first_seq = Big()
    last_seq = Big()
    segment_id = Big()
    object_kind = Text()
    object_id = Big()
    counted = Big()

    class Meta:
        db_table = "product_event"
        indexes = (Index(fields=("tenant_id", "sku_id", "first_seq"), name="product_event_by_seq"),)


class User(models.Model):
    """A user account and what is known of it. NULL is not known; '' in a text fact is known to be empty."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    object_id = Text()
    principal_name = Text()
    principal_key = Text()
    display_name = Text()
    sort_key = Text()
    search_key = Text()
    account_enabled = models.BooleanField(null=True)
    usage_location = Text(null=True)
    user_type = Text(null=True)
    department = Text(null=True)
    is_synced = models.BooleanField(null=True)
    created_at = Big(null=True)
    deleted_at = Big(null=True)
    account_read_at = Big()
    licenses_read_at = Big(null=True)
    last_sign_in_at = Big(null=True)
    sign_in_read_at = Big(null=True)
    office_devices = Small(null=True)
    phone_number = Text(null=True)
    manager_id = Big(null=True)
    sessions_valid_from = Big(null=True)
    last_activity_at = Big(null=True)
    activity_read_at = Big(null=True)

    class Meta:
        db_table = "users"
        constraints = (
            UniqueConstraint(fields=("tenant_id", "object_id"), name="users_object_id"),
            UniqueConstraint(fields=("tenant_id", "principal_key"), name="users_principal_key"),
        )
        indexes = (
            # The order of lists, with what their filters ask of an account: a list reads rows of those it shows only.
            Index(
                fields=(
                    "tenant_id",
                    "sort_key",
                    "id",
                    "deleted_at",
                    "account_enabled",
                    "user_type",
                    "usage_location",
                    "is_synced",
                    "created_at",
                    "licenses_read_at",
                    "last_sign_in_at",
                    "sign_in_read_at",
                ),
                name="users_by_name",
            ),
            # The finders': who has been away, and the few who are blocked, never came, or of whom a fact is missing.
            Index(
                F("tenant_id"), _SEEN, F("id"), condition=_ALIVE & Q(activity_read_at__isnull=False), name="users_away"
            ),
            Index(
                F("tenant_id"), _SEEN, F("id"), condition=_ALIVE & Q(activity_read_at__isnull=True), name="users_unused"
            ),
            Index(
                fields=("tenant_id", "created_at", "id"),
                condition=_ALIVE & Q(last_sign_in_at__isnull=True),
                name="users_never_in",
            ),
            Index(fields=("tenant_id", "id"), condition=_ALIVE & Q(account_enabled=False), name="users_blocked"),
            Index(
                fields=("tenant_id", "id"),
                condition=_ALIVE & Q(account_enabled__isnull=True),
                name="users_status_unread",
            ),
            Index(
                fields=("tenant_id", "id"),
                condition=_ALIVE & Q(sign_in_read_at__isnull=True),
                name="users_sign_in_unread",
            ),
            # As Graph sorts and compares: the name as it is written, without letter case.
            Index("tenant_id", Lower("display_name"), "id", name="users_by_display"),
        )


class UserProfile(models.Model):
    """What Graph says of a user beside the account: no rule looks at it. No row: nothing of it is stated.

    Lists are JSON arrays. A key is the text as it is compared (store.names.principal_key).
    """

    pk = CompositePrimaryKey("tenant_id", "user_id")
    tenant_id = Big()
    user_id = Big()
    given_name = Text(null=True)
    surname = Text(null=True)
    job_title = Text(null=True)
    mail = Text(null=True)
    mail_key = Text(null=True)
    mail_nickname = Text(null=True)
    mobile_phone = Text(null=True)
    office_location = Text(null=True)
    preferred_language = Text(null=True)
    company_name = Text(null=True)
    employee_id = Text(null=True)
    employee_type = Text(null=True)
    street_address = Text(null=True)
    postal_code = Text(null=True)
    city = Text(null=True)
    state = Text(null=True)
    country = Text(null=True)
    business_phones = Text(db_default="[]")
    other_mails = Text(db_default="[]")
    proxy_addresses = Text(db_default="[]")
    show_in_address_list = models.BooleanField(null=True)
    password_changed_at = Big(null=True)
    immutable_id = Text(null=True)
    last_sync_at = Big(null=True)
    sam_account_name = Text(null=True)
    distinguished_name = Text(null=True)
    domain_name = Text(null=True)
    synced_principal_name = Text(null=True)
    security_identifier = Text(null=True)

    class Meta:
        db_table = "user_profile"
        indexes = (Index(fields=("tenant_id", "mail_key"), name="user_profile_by_mail"),)


class Mailbox(models.Model):
    """A user's mailbox as last read; no row means nobody has read it."""

    pk = CompositePrimaryKey("tenant_id", "user_id")
    tenant_id = Big()
    user_id = Big()
    kind = Text()
    size_bytes = Big(null=True)
    has_archive = models.BooleanField(null=True)
    hold = Text(null=True)
    is_forwarding = models.BooleanField(null=True)
    purged_at = Big(null=True)
    read_at = Big()

    class Meta:
        db_table = "mailbox"


class Drive(models.Model):
    """A user's OneDrive as last read; no row means nobody has read it."""

    pk = CompositePrimaryKey("tenant_id", "user_id")
    tenant_id = Big()
    user_id = Big()
    is_present = models.BooleanField()
    size_bytes = Big(null=True)
    on_hold = models.BooleanField(null=True)
    readonly_at = Big(null=True)
    archived_at = Big(null=True)
    read_at = Big()

    class Meta:
        db_table = "drive"


class Group(models.Model):
    """A group that can give licenses. NULL is not known; an empty rule is known to be none."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    object_id = Text()
    display_name = Text()
    sort_key = Text()
    kind = Text(null=True)
    membership_rule = Text(null=True)
    is_synced = models.BooleanField(null=True)
    deleted_at = Big(null=True)
    description = Text(null=True)
    mail = Text(null=True)
    mail_nickname = Text(null=True)
    visibility = Text(null=True)
    created_at = Big(null=True)

    class Meta:
        db_table = "user_group"
        constraints = (UniqueConstraint(fields=("tenant_id", "object_id"), name="user_group_object_id"),)


class GroupMember(models.Model):
    """A user in a group."""

    pk = CompositePrimaryKey("tenant_id", "group_id", "user_id")
    tenant_id = Big()
    group_id = Big()
    user_id = Big()

    class Meta:
        db_table = "group_member"
        indexes = (Index(fields=("tenant_id", "user_id", "group_id"), name="group_member_by_user"),)


class GroupLicense(models.Model):
    """A product that a group gives its members."""

    pk = CompositePrimaryKey("tenant_id", "group_id", "product_id")
    tenant_id = Big()
    group_id = Big()
    product_id = Big()
    disabled_plans = Text(default="")

    class Meta:
        db_table = "group_license"


class Product(models.Model):
    """A product a tenant knows of; `applies_to` is User or Company, NULL not known."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    sku_id = Text()
    applies_to = Text(null=True)

    class Meta:
        db_table = "product"
        constraints = (UniqueConstraint(fields=("tenant_id", "sku_id"), name="product_sku_id"),)


class Purchase(models.Model):
    """A self-service purchase; its own seats, its own buyer."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    ref = Text()
    product_id = Big()
    buyer_user_id = Big()
    bought_at = Big()

    class Meta:
        db_table = "purchase"


class Subscription(models.Model):
    """Seats bought: the organization's (purchase_id 0), or a self-service purchase's own. `next_at` is its next event."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    ref = Text()
    product_id = Big()
    purchase_id = Big(db_default=0)
    account = Text()
    offer = Text(db_default="standard")
    term_months = Small(null=True)
    seats = Big()
    state = Text()
    started_at = Big(null=True)
    renews_at = Big(null=True)
    next_at = Big(null=True)
    recurring = models.BooleanField(null=True)
    renewal_seats = Big(null=True)
    credit_check_until = Big(null=True)
    over_since = Big(null=True)
    price = Text(null=True)
    currency = Text(null=True)
    read_at = Big()

    class Meta:
        db_table = "subscription"
        constraints = (UniqueConstraint(fields=("tenant_id", "ref"), name="subscription_ref"),)
        indexes = (
            Index(fields=("tenant_id", "product_id", "id"), name="subscription_by_product"),
            Index(fields=("tenant_id", "next_at", "id"), name="subscription_by_next"),
        )


class SubscriptionAddition(models.Model):
    """Seats added in the middle of a term: they have a window of their own in which they can go again."""

    pk = CompositePrimaryKey("tenant_id", "subscription_id", "at")
    tenant_id = Big()
    subscription_id = Big()
    at = Big()
    seats = Big()

    class Meta:
        db_table = "subscription_addition"


class Price(models.Model):
    """What a product costs per seat and month, before tax: a list price, or the tenant's own (source `own`)."""

    pk = CompositePrimaryKey("tenant_id", "sku_id")
    tenant_id = Big()
    sku_id = Text()
    amount = Text()
    currency = Text()
    term_months = Small(db_default=12)
    source = Text()
    as_of = Text(db_default="")

    class Meta:
        db_table = "price"


class Finder(models.Model):
    """A finder that somebody saved under a name."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    name = Text()
    kind = Text()
    params = Text()
    created_at = Big()

    class Meta:
        db_table = "finder"
        constraints = (UniqueConstraint(fields=("tenant_id", "name"), name="finder_name"),)


class SavedView(models.Model):
    """How one operator looks at a list in a tenant: filters as an address, and columns. '' is how it is looked at now."""

    pk = CompositePrimaryKey("tenant_id", "operator_id", "name")
    tenant_id = Big()
    operator_id = Text()
    name = Text()
    address = Text()
    columns = Text()

    class Meta:
        db_table = "saved_view"


class GroupQueue(models.Model):
    """A user whose group licenses are to be looked at again, and the plan and step that wait for it (0: none)."""

    pk = CompositePrimaryKey("tenant_id", "user_id", "plan_id")
    tenant_id = Big()
    user_id = Big()
    plan_id = Big(db_default=0)
    n = Big(db_default=0)

    class Meta:
        db_table = "group_queue"
        indexes = (Index(fields=("tenant_id", "plan_id", "user_id"), name="group_queue_by_plan"),)


class SeatPool(models.Model):
    """Seats of one product: the organization's (purchase_id 0) or one purchase's. NULL capacity is not known."""

    pk = CompositePrimaryKey("tenant_id", "product_id", "purchase_id")
    tenant_id = Big()
    product_id = Big()
    purchase_id = Big(default=0)
    capacity = Big(null=True)
    consumed = Big(default=0)

    class Meta:
        db_table = "pool"


class LicenseSource(models.Model):
    """One reason why a user holds a product (domain.facts.Source), clustered by product."""

    pk = CompositePrimaryKey("tenant_id", "product_id", "user_id", "source_kind", "source_id")
    tenant_id = Big()
    product_id = Big()
    user_id = Big()
    source_kind = Small()
    source_id = Big()
    state = Small()
    disabled_plans = Text(default="")
    error = Text(null=True)
    since_at = Big(null=True)

    class Meta:
        db_table = "source"
        indexes = (
            # Covers the facts of a user: the rest of the key is in it by itself. On PostgreSQL it ends with the state.
            Index(
                fields=(
                    "tenant_id",
                    "user_id",
                    "product_id",
                    "source_kind",
                    "source_id",
                    "state",
                    "disabled_plans",
                ),
                name="source_by_user",
            ),
            # Licenses in error, of which there are few.
            Index(
                fields=("tenant_id", "source_kind", "source_id", "product_id", "user_id"),
                condition=Q(state__in=(2, 4)),
                name="source_in_error",
            ),
            # Licenses of which nobody knows the path: all of some copies, none of other tenants.
            Index(
                fields=("tenant_id", "product_id", "user_id"),
                condition=Q(source_kind=4),
                name="source_of_unknown_path",
            ),
        )


class Clock(models.Model):
    """A retention clock of a user: what runs out, and when."""

    pk = CompositePrimaryKey("tenant_id", "user_id", "kind")
    tenant_id = Big()
    user_id = Big()
    kind = Text()
    due_at = Big()
    started_at = Big()

    class Meta:
        db_table = "clock"
        indexes = (Index(fields=("tenant_id", "due_at", "user_id", "kind"), name="clock_by_due"),)


class NeverList(models.Model):
    """Users and groups that no destructive step may touch."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    object_kind = Text()
    object_id = Big()
    reason = Text()

    class Meta:
        db_table = "never_list"
        constraints = (UniqueConstraint(fields=("tenant_id", "object_kind", "object_id"), name="never_list_once"),)


class Plan(models.Model):
    """A change as data: what, for whom, in which state, with its totals."""

    pk = CompositePrimaryKey("tenant_id", "id")
    tenant_id = Big()
    id = Big()
    verb = Text()
    intent = Text()
    who = Text()
    state = Text()
    pause_reason = Text(null=True)
    is_inline = models.BooleanField(default=False)
    is_complete = models.BooleanField(default=False)
    undo_of = Big(null=True)
    actor_kind = Text()
    actor_id = Text()
    actor_name = Text()
    catalog_version = Text()
    rules_version = Text()
    created_at = Big()
    started_at = Big(null=True)
    finished_at = Big(null=True)
    undo_until = Big(null=True)
    users = Big(default=0)
    ready = Big(default=0)
    choice = Big(default=0)
    skipped = Big(default=0)
    refused = Big(default=0)
    verified = Big(default=0)
    failed = Big(default=0)
    skipped_late = Big(default=0)
    seats_freed = Big(default=0)
    undone = Big(default=0)
    start_at = Big(null=True)
    approved_by = Text(db_default="")
    is_unattended = models.BooleanField(db_default=False)

    class Meta:
        db_table = "plan"
        indexes = (Index(fields=("tenant_id", "state", "id"), name="plan_by_state"),)


class PlanClass(models.Model):
    """Users of a plan with equal facts, and the verdict on all of them."""

    pk = CompositePrimaryKey("tenant_id", "plan_id", "id")
    tenant_id = Big()
    plan_id = Big()
    id = Big()
    signature = Text()
    outcome = Text()
    reason = Text(null=True)
    subject = Text(default="")
    consequences = Text(default="[]")
    undo_seconds = Big(null=True)
    users = Big(default=0)

    class Meta:
        db_table = "plan_class"


class ClassChange(models.Model):
    """One source that a class removes, adds or changes; NULL before is absent before, NULL after is absent after."""

    pk = CompositePrimaryKey("tenant_id", "plan_id", "class_id", "product_id", "source_kind", "source_id")
    tenant_id = Big()
    plan_id = Big()
    class_id = Big()
    product_id = Big()
    source_kind = Small()
    source_id = Big()
    before_state = Small(null=True)
    before_plans = Text(null=True)
    after_state = Small(null=True)
    after_plans = Text(null=True)
    after_error = Text(null=True)
    seat = Small(default=0)
    journal_kind = Text()
    journal_before = Text(null=True)
    journal_after = Text(null=True)

    class Meta:
        db_table = "class_change"


class ClassClock(models.Model):
    """A retention clock that a class starts (seconds) or stops (NULL)."""

    pk = CompositePrimaryKey("tenant_id", "plan_id", "class_id", "kind")
    tenant_id = Big()
    plan_id = Big()
    class_id = Big()
    kind = Text()
    seconds = Big(null=True)

    class Meta:
        db_table = "class_clock"


class ClassAccount(models.Model):
    """One fact of the account that a class sets: enabled, deleted, sessions or manager, as canonical text."""

    pk = CompositePrimaryKey("tenant_id", "plan_id", "class_id", "name")
    tenant_id = Big()
    plan_id = Big()
    class_id = Big()
    name = Text()
    before = Text(null=True)
    after = Text(null=True)

    class Meta:
        db_table = "class_account"


class PlanStep(models.Model):
    """One user of a plan: written once when proposed, once when it ends."""

    pk = CompositePrimaryKey("tenant_id", "plan_id", "n")
    tenant_id = Big()
    plan_id = Big()
    n = Big()
    user_id = Big()
    class_id = Big()
    state = Text()
    reason = Text(null=True)
    at = Big(null=True)
    undo_until = Big(null=True)

    class Meta:
        db_table = "plan_step"


class PlanChunk(models.Model):
    """A run of steps that one worker leases at a time. Lease times are machine time.

    `seen_seq` is the end of the journal when its facts were read: who is in the journal after it may have changed.
    """

    pk = CompositePrimaryKey("tenant_id", "plan_id", "from_n")
    tenant_id = Big()
    plan_id = Big()
    from_n = Big()
    to_n = Big()
    state = Text()
    owner = Text(default="")
    lease_until = Big(default=0)
    attempts = models.IntegerField(default=0)
    run_after = Big(default=0)
    seen_seq = Big(default=0)

    class Meta:
        db_table = "plan_chunk"
        indexes = (Index(fields=("tenant_id", "state", "run_after", "plan_id", "from_n"), name="plan_chunk_open"),)
