"""Tables of sentences by topic, merged by licentia.cli.sentences. No rule is here."""

from licentia.cli.said import accounts, finding, groups, imported, operators, subscriptions, swapping

TOPICS = (accounts, finding, groups, imported, operators, subscriptions, swapping)
