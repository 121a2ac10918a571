"""What a change brings a user, as values: cited consequences, clocks that start or stop, and how long undo helps.

Durations only: dates are made where the instant of removal is known. No rule is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.facts import ClockKind


@dataclass(frozen=True, slots=True)
class Consequence:
    """One rule that applies: its key, the words its sentence needs, seconds from the removal (None: no date)."""

    rule: str
    params: tuple[tuple[str, str], ...] = ()
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """A clock of a grace period that starts (`seconds` from the removal) or stops (None)."""

    kind: ClockKind
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything a change of enabled plans brings. `undo_seconds` is the earliest loss for good; None: none."""

    consequences: tuple[Consequence, ...] = ()
    clocks: tuple[ClockEffect, ...] = ()
    undo_seconds: int | None = None
    needs_choice: bool = False
    """R-12: a shared mailbox that needs a license; the administrator decides."""

    def __add__(self, other: Effects) -> Effects:
        """Both together; the earlier loss for good counts."""
        undo = [x for x in (self.undo_seconds, other.undo_seconds) if x is not None]
        return Effects(
            self.consequences + other.consequences,
            self.clocks + other.clocks,
            min(undo, default=None),
            self.needs_choice or other.needs_choice,
        )
