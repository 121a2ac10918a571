"""Tables of sentences by topic, merged by licentia.words.sentences. No rule is here."""

from licentia.words.said import (
    accounts,
    apps,
    finding,
    groups,
    imported,
    operators,
    pages,
    serving,
    subscriptions,
    swapping,
)

TOPICS = (accounts, apps, finding, groups, imported, operators, pages, serving, subscriptions, swapping)
