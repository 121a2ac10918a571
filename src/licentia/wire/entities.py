"""What Microsoft Graph v1.0 publishes of its entity types: property names, types, what is sent unasked. Facts, no values.

Names are found in any letter case, as Graph finds them in bodies and in $select.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final


@dataclass(frozen=True, slots=True)
class Property:
    """One property. `is_default`: sent without $select; `is_single`: only when one object is asked for."""

    name: str
    type: str
    is_collection: bool
    is_default: bool
    is_single: bool


class UnknownProperty(Exception):
    """`name` is no property of `entity`."""

    def __init__(self, name: str, entity: str) -> None:
        super().__init__(f"{entity}.{name}")
        self.name = name
        self.entity = entity


@dataclass(frozen=True)
class Entity:
    """An entity type and its properties, in their order."""

    name: str
    properties: tuple[Property, ...]

    @cached_property
    def by_key(self) -> dict[str, Property]:
        """By case-folded name, the property."""
        return {one.name.casefold(): one for one in self.properties}

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """Names of what is sent without $select."""
        return tuple(one.name for one in self.properties if one.is_default)

    def find(self, name: str) -> Property:
        """The property of this name in any letter case; UnknownProperty."""
        found = self.by_key.get(name.casefold())
        if found is None:
            raise UnknownProperty(name, self.name)
        return found

    def selected(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names as Graph writes them, each once; the defaults when none is asked for; UnknownProperty."""
        found = tuple(dict.fromkeys(self.find(name).name for name in names if name != "*"))
        return found or self.defaults


def _read(text: str) -> Iterator[Property]:
    """`name`, `name:Type`, `name:Type[]`; a `*` behind it: sent unasked; a `!`: of one object only."""
    for word in text.split():
        name, _, kind = word.rstrip("*!").partition(":")
        kind = kind or "String"
        yield Property(name, kind.removesuffix("[]"), kind.endswith("[]"), "*" in word, "!" in word)


USER: Final = Entity(
    "user",
    tuple(
        _read(
            """
            businessPhones:String[]* displayName* givenName* jobTitle* mail* mobilePhone* officeLocation*
            preferredLanguage* surname* userPrincipalName* id* accountEnabled:Boolean ageGroup
            authorizationInfo:authorizationInfo customSecurityAttributes:customSecurityAttributeValue
            identityParentId assignedLicenses:assignedLicense[] assignedPlans:assignedPlan[] city
            companyName consentProvidedForMinor country createdDateTime:DateTimeOffset creationType
            deletedDateTime:DateTimeOffset department employeeHireDate:DateTimeOffset employeeId
            employeeLeaveDateTime:DateTimeOffset employeeOrgData:employeeOrgData employeeType
            externalUserState externalUserStateChangeDateTime:DateTimeOffset faxNumber
            identities:objectIdentity[] imAddresses:String[] isManagementRestricted:Boolean
            isResourceAccount:Boolean lastPasswordChangeDateTime:DateTimeOffset legalAgeGroupClassification
            licenseAssignmentStates:licenseAssignmentState[] mailNickname onPremisesDistinguishedName
            onPremisesDomainName onPremisesExtensionAttributes:onPremisesExtensionAttributes
            onPremisesImmutableId onPremisesLastSyncDateTime:DateTimeOffset
            onPremisesProvisioningErrors:onPremisesProvisioningError[] onPremisesSamAccountName
            onPremisesSecurityIdentifier onPremisesSyncEnabled:Boolean onPremisesUserPrincipalName
            otherMails:String[] passwordPolicies passwordProfile:passwordProfile postalCode
            preferredDataLocation provisionedPlans:provisionedPlan[] proxyAddresses:String[]
            securityIdentifier serviceProvisioningErrors:serviceProvisioningError[]
            showInAddressList:Boolean signInActivity:signInActivity
            signInSessionsValidFromDateTime:DateTimeOffset state streetAddress usageLocation userType
            aboutMe! birthday:DateTimeOffset! hireDate:DateTimeOffset! interests:String[]!
            mailboxSettings:mailboxSettings! mySite! print:userPrint! pastProjects:String[]! preferredName!
            responsibilities:String[]! schools:String[]! skills:String[]!
            """
        )
    ),
)
"""licensing-facts 1.2."""

GROUP: Final = Entity(
    "group",
    tuple(
        _read(
            """
            id* deletedDateTime:DateTimeOffset* classification* createdDateTime:DateTimeOffset* description*
            displayName* expirationDateTime:DateTimeOffset* groupTypes:String[]* isAssignableToRole:Boolean*
            mail* mailEnabled:Boolean* mailNickname* membershipRule* membershipRuleProcessingState*
            onPremisesDomainName* onPremisesLastSyncDateTime:DateTimeOffset* onPremisesNetBiosName*
            onPremisesSamAccountName* onPremisesSecurityIdentifier* onPremisesSyncEnabled:Boolean*
            preferredDataLocation* preferredLanguage* proxyAddresses:String[]*
            renewedDateTime:DateTimeOffset* resourceBehaviorOptions:String[]*
            resourceProvisioningOptions:String[]* securityEnabled:Boolean* securityIdentifier* theme*
            uniqueName* visibility* onPremisesProvisioningErrors:onPremisesProvisioningError[]*
            serviceProvisioningErrors:serviceProvisioningError[]* assignedLabels:assignedLabel[]
            infoCatalogs:String[] organizationId onPremisesExtensionAttributes:onPremisesExtensionAttributes
            accessType! allowExternalSenders:Boolean! autoSubscribeNewMembers:Boolean!
            hideFromAddressLists:Boolean! hideFromOutlookClients:Boolean! isArchived:Boolean!
            isFavorite:Boolean! isSubscribedByMail:Boolean! unseenConversationsCount:Int32!
            unseenCount:Int32! unseenMessagesCount:Int32! welcomeMessageEnabled:Boolean!
            assignedLicenses:assignedLicense[] isManagementRestricted:Boolean
            licenseProcessingState:licenseProcessingState
            """
        )
    ),
)
