"""Tokens of links: they read back as they were, and nobody changes one or brings it elsewhere."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licentia.odata.errors import QueryError
from licentia.odata.tokens import Token, seal, unseal

KEY = b"a key of the caller"
TENANT = "00000000-0000-4000-8000-000000000001"
words = st.text(st.characters(codec="utf-8"), max_size=20)
tokens = st.builds(
    Token,
    st.sampled_from(["skip", "delta"]),
    st.just(TENANT),
    st.sampled_from(["users", "groups"]),
    st.lists(st.one_of(words, st.integers(-(2**62), 2**62)), max_size=3).map(tuple),
    st.booleans(),
    st.lists(st.tuples(words, words), max_size=3).map(tuple),
)


@given(tokens)
def test_a_token_reads_back(token: Token) -> None:
    """Equal tokens have equal texts, of letters that an address takes as they are."""
    text = seal(token, KEY)
    assert unseal(text, KEY, kind=token.kind, tenant=TENANT, resource=token.resource) == token
    assert seal(token, KEY) == text
    assert text.replace("-", "a").replace("_", "a").isalnum()


PAGE = Token("skip", TENANT, "users", ("anna", 7), True, (("$filter", "a eq 1"),))


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_seen(place: int, bits: int) -> None:
    """Every byte counts."""
    text = seal(PAGE, KEY)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[place % len(raw)] ^= bits
    with pytest.raises(QueryError):
        unseal(
            base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), KEY, kind="skip", tenant=TENANT, resource="users"
        )


@pytest.mark.parametrize(
    ("text", "key", "kind", "tenant", "resource"),
    [
        (seal(PAGE, KEY), b"another key", "skip", TENANT, "users"),
        (seal(PAGE, KEY), KEY, "delta", TENANT, "users"),
        (seal(PAGE, KEY), KEY, "skip", "00000000-0000-4000-8000-000000000002", "users"),
        (seal(PAGE, KEY), KEY, "skip", TENANT, "groups"),
        ("", KEY, "skip", TENANT, "users"),
        ("é", KEY, "skip", TENANT, "users"),
        ("****", KEY, "skip", TENANT, "users"),
        ("QUJD", KEY, "skip", TENANT, "users"),
    ],
)
def test_a_foreign_token_is_none(text: str, key: bytes, kind: str, tenant: str, resource: str) -> None:
    """Of another key, kind, tenant or list, or no token at all: one sentence for all."""
    with pytest.raises(QueryError, match="not valid for this request") as refused:
        unseal(text, key, kind=kind, tenant=tenant, resource=resource)
    assert refused.value.code == "Request_BadRequest"
