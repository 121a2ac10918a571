"""A profile is read as it was given, and the n-th request under a seed always has the same fate."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licentia.domain.reasons import BadInput
from licentia.wire import profiles
from licentia.wire.profiles import Fault, Profile

shares = st.integers(0, 3_000)
made = st.builds(
    Profile,
    throttle=st.sampled_from(profiles.THROTTLES),
    latency_low=st.integers(0, 50),
    latency_high=st.integers(50, 500),
    unavailable=shares,
    gateway_timeout=shares,
    lost=shares,
    seed=st.integers(0, 2**53),
)


@given(made)
def test_kept_and_read(profile: Profile) -> None:
    """As it was; nothing kept is all off."""
    assert profiles.read(profiles.write(profile)) == profile
    assert profiles.read("").is_off


@given(made, st.integers(1, 10**9), st.booleans())
def test_the_same_fate_again(profile: Profile, n: int, is_write: bool) -> None:
    """Latency within its bounds, Retry-After only with a refusal, and no read is lost."""
    fate = profiles.fate(profile, n, is_write=is_write)
    assert fate == profiles.fate(profile, n, is_write=is_write)
    assert profile.latency_low <= fate.latency_ms <= profile.latency_high
    assert fate.retry_after is None or fate.fault in (Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT)
    assert is_write or fate.fault is not Fault.LOST


def test_shares_are_kept() -> None:
    """Of 20,000 writes about as many as asked; about half of the refusals say when to come again."""
    profile = Profile(unavailable=500, gateway_timeout=300, lost=200, seed=7)
    fates = [profiles.fate(profile, n, is_write=True) for n in range(1, 20_001)]
    found = Counter(fate.fault for fate in fates)
    for fault, share in ((Fault.UNAVAILABLE, 0.05), (Fault.GATEWAY_TIMEOUT, 0.03), (Fault.LOST, 0.02)):
        assert found[fault] / 20_000 == pytest.approx(share, rel=0.15)
    told = sum(fate.retry_after is not None for fate in fates) / (
        found[Fault.UNAVAILABLE] + found[Fault.GATEWAY_TIMEOUT]
    )
    assert told == pytest.approx(0.5, abs=0.1)


def test_the_first_fates_of_seed_seven() -> None:
    """Written down: an upgrade that changes them changes what people have built on."""
    profile = Profile(unavailable=2_000, gateway_timeout=2_000, lost=2_000, seed=7)
    found = [profiles.fate(profile, n, is_write=True).fault.value for n in range(1, 13)]
    assert found == FIRST


L, G, U, NONE = "lost", "gateway_timeout", "unavailable", ""
FIRST = [L, L, G, L, G, NONE, U, U, U, U, G, NONE]


@pytest.mark.parametrize(
    ("text", "low", "high"), [("50ms", 50, 50), ("20-200ms", 20, 200), ("off", 0, 0), ("0-60000ms", 0, 60_000)]
)
def test_latencies(text: str, low: int, high: int) -> None:
    """Read, and said again."""
    assert profiles.latency_of(text) == (low, high)
    assert profiles.latency_text(Profile(latency_low=low, latency_high=high)) == text


@pytest.mark.parametrize(("text", "share"), [("1%", 100), ("0.5%", 50), ("0.05%", 5), ("100%", 10_000), ("0%", 0)])
def test_shares(text: str, share: int) -> None:
    """Read, and said again."""
    assert (profiles.share_of(text), profiles.share_text(share)) == (share, text)


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [(profiles.latency_of, one, "bad_latency") for one in ("", "5", "20-10ms", "1s", "60001ms", "-5ms", "٣ms")]
    + [(profiles.share_of, one, "bad_share") for one in ("", "1", "101%", "1.234%", "-1%", "%")]
    + [(profiles.throttle_of, one, "bad_throttle") for one in ("", "Microsoft", "huge")],
)
def test_what_can_t_be_understood(read: object, text: str, code: str) -> None:
    """Is refused with its code."""
    assert callable(read)
    with pytest.raises(BadInput) as refused:
        read(text)
    assert refused.value.code == code


def test_shares_beyond_all() -> None:
    """Together at most every request."""
    with pytest.raises(BadInput) as refused:
        profiles.checked(Profile(unavailable=6_000, lost=4_001))
    assert refused.value.code == "bad_shares"
