"""JSON for programs: every command's document parses, its names are stable, and no language changes it."""

from __future__ import annotations

import pytest

from command_line import CommandLine

HEADER = {
    "id", "verb", "state", "pauseReason", "isInline", "undoOf", "madeBy", "createdDateTime", "startedDateTime",
    "finishedDateTime", "undoUntilDateTime", "users", "ready", "choice", "skipped", "refused", "verified", "failed",
    "skippedLate", "seatsFreed", "undone", "catalogVersion", "rulesVersion", "startDateTime", "approvedBy",
    "isUnattended",
}  # fmt: skip
PREVIEW = {
    "plan", "skuId", "undoOf", "plannedStartDateTime", "undoUntilDateTime", "removed", "added", "isCopy",
    "consequences", "reasons", "seats", "savings",
}  # fmt: skip
CONSEQUENCE = {
    "rule", "key", "severity", "users", "dateTime", "parameters", "confidence", "source", "sourceDate", "readOn",
}  # fmt: skip
USER = {
    "id", "userPrincipalName", "displayName", "accountEnabled", "department", "usageLocation", "userType",
    "lastSignInDateTime", "signInKnown", "licenses",
}  # fmt: skip
PRODUCT = {"skuId", "skuPartNumber", "displayName", "total", "consumedUnits", "available", "selfService"}
NAMES: list[tuple[tuple[str, ...], set[str]]] = [
    (("products", "list"), PRODUCT),
    (("products", "show", "SPE_E3"), PRODUCT | {"paths", "servicePlans"}),
    (("users", "list"), USER),
    (
        ("users", "show", "noodtoegang1@noordzee.example"),
        USER
        | {"officeDevices", "phoneNumber", "mailbox", "drive", "clocks", "neverReason"}
        | {"manager", "deletedDateTime", "signInSessionsValidFromDateTime"},
    ),
    (("plans", "list"), HEADER),
    (("plans", "show", "1"), PREVIEW | {"steps"}),
    (("plans", "discard", "1"), HEADER),
    (("unassign", "EXCHANGEARCHIVE_ADDON", "--everyone", "--plan"), PREVIEW),
    (("unassign", "EXCHANGEARCHIVE_ADDON", "--everyone", "--yes"), {"plan", "steps"}),
    (
        ("unassign", "SPE_E5", "--user", "noodtoegang1@noordzee.example", "--yes"),
        {"planId", "outcome", "reason", "subject", "dateTime", "undoUntilDateTime", "consequences"},
    ),
    (("never", "list"), {"kind", "name", "reason"}),
    (("never", "add", "--user", "noodtoegang1@noordzee.example", "--reason", "x"), {"name", "new"}),
    (("never", "remove", "--user", "noodtoegang1@noordzee.example"), {"name", "removed"}),
    (("audit", "verify"), {"whole", "rows", "segments", "head", "brokenSegment", "why"}),
    (("store", "check"), {"sound", "tenants", "problems"}),
    (("tenants", "list"), {"id", "name", "origin", "dateTime", "copyOf"}),
    (("tenants", "set-clock", "+1h"), {"dateTime", "clocks", "happened"}),
    (("tenants", "create", "Two"), {"id", "name"}),
    (("tenants", "delete", "Noordzee Logistiek", "--yes"), {"deleted"}),
    (("demo", "--users", "10", "--name", "Two"), {"id", "name", "users"}),
]


@pytest.mark.parametrize(("words", "names"), NAMES, ids=[" ".join(words[:2]) for words, _ in NAMES])
def test_names_are_stable(demo: CommandLine, words: tuple[str, ...], names: set[str]) -> None:
    """A name is added on purpose and never changed; of a list, the names of its first element."""
    demo.run("unassign", "SPE_E3", "--filter", "department eq 'Sales'", "--plan")
    document = demo.run(*words, "--json").json
    first = document[0] if isinstance(document, list) else document
    assert set(first) == names
    for one in first.get("consequences", ()):
        assert set(one) in (CONSEQUENCE, {"rule", "parameters", "dateTime"})
    for one in first.get("reasons", ()):
        assert set(one) == {"outcome", "reason", "subject", "users"}
    if isinstance(first.get("plan"), dict):
        assert set(first["plan"]) == HEADER


def test_audit_rows_are_json_lines(demo: CommandLine) -> None:
    """One document a line, for streams."""
    lines = demo.ok("audit", "list", "--json").out.splitlines()
    assert len(lines) > 1
    assert all(line.startswith('{"seq": ') for line in lines)


def test_json_asks_nothing_and_is_the_same_in_dutch(demo: CommandLine) -> None:
    """Sentences are not for programs."""
    words = ("unassign", "SPE_E3", "--everyone", "--json")
    english, dutch = demo.run(*words).json, demo.run(*words, lang="nl").json
    for one in (english, dutch):
        for name in ("id", "createdDateTime"):
            one["plan"].pop(name)
        one.pop("plannedStartDateTime")
        one.pop("undoUntilDateTime")
        for line in one["consequences"]:
            line.pop("dateTime")
    assert english == dutch
