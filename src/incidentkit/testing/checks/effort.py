"""The effort of a check: how much it may ask, and what it left undecided because that was not enough."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, TypeAlias

from attrs import define, field

from incidentkit.errors import LawsUndecided
from incidentkit.model.conditions import Condition
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.finding import Code
from incidentkit.policy.law import Law
from incidentkit.testing.checks.breach import Breach, hold
from incidentkit.testing.checks.traceback import ON_PURPOSE
from incidentkit.testing.checks.witness import Demand, Refuted, Search, Side, Values

__tracebackhide__: Final = ON_PURPOSE

MOST_IN_ALL: Final = 3_000_000
"""Comparisons that all searches of one check ask at the most: some seconds."""

MOST_DECIDED: Final = 1_000_000
"""Comparisons and facts up to which sets of facts are decided in every way that there is."""

_FEW: Final = 5

Place: TypeAlias = tuple[Law | Code, str]
"""A law, and what may break it, such as ``rule 3``."""


@define(eq=False)
class Effort:
    """What one check may still do, and what it gave up."""

    left: int = field(factory=lambda: MOST_IN_ALL)
    given_up: dict[Place, None] = field(factory=dict[Place, None])

    def search(
        self,
        values: Mapping[str, Sequence[Any]],
        sides: Sequence[Side],
        demands: Sequence[Demand],
        places: Iterable[Place],
    ) -> Values | Refuted | None:
        """Facts that meet every demand, the proof that there are none, or neither; given up, the places are noted."""
        search = Search(values=values, sides=sides, demands=demands, most=self.left)
        found = search.run()
        self.left = max(0, self.left - search.asked)
        if search.gave_up:
            self.given_up.update(dict.fromkeys(places))
        return found

    def decide(self, what: str, breaches: Iterable[Breach], allowed: Iterable[Law | Code]) -> None:
        """Raise `LawsBroken` with what was found wrong, if anything was; else warn of what was given up, if anything.

        Laws that are allowed are left aside.
        """
        found = [breach for breach in breaches if breach.law not in {*allowed}]
        open_ = tuple(place for place in self.given_up if place[0] not in {*allowed})
        note = f"Not everything was decided of {what}: {_told(open_)}" if open_ else ""
        hold(what, found, note)
        if note:
            warnings.warn(LawsUndecided(note, open_), stacklevel=3)


def affordable(examples: int, vocabulary: Vocabulary, conditions: Iterable[Condition]) -> int:
    """How many sets of facts are decided in every way that there is; one at least."""
    size = len(vocabulary) + sum(len(condition.leaves) for condition in conditions)
    return min(examples, max(1, MOST_DECIDED // max(1, size)))


def _told(places: Sequence[Place]) -> str:
    """The laws with the first of their places, and what to do."""
    order = [*dict.fromkeys(law for law, _ in places)]
    parts: list[str] = []
    for law, group in groupby(sorted(places, key=lambda each: order.index(each[0])), lambda each: each[0]):
        names = [where for _, where in group]
        more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
        parts.append(f"{law} ({', '.join(names[:_FEW])}{more})")
    searched = "A search was too long and was given up: smaller conditions are searched sooner, and proofs go further."
    return f"{'; '.join(parts)}. {searched}"
