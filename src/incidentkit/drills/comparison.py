"""Which of two playbooks is better, and by how much: night by night, with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from math import inf
from typing import Final

from attrs import frozen

from incidentkit.drills.estimate import Estimate, mean
from incidentkit.drills.nights import Nights
from incidentkit.drills.odds import Night, Odds, length
from incidentkit.errors import DrillInvalid, shown
from incidentkit.text.document import Block, Document, Heading, Paragraph, Table
from incidentkit.text.number import counted
from incidentkit.text.plain import to_plain


class Better(StrEnum):
    """Which of the two is better."""

    ONE = "one"
    OTHER = "other"
    NEITHER = "neither"
    """As far as these nights can tell: zero is within the interval."""


class Unit(StrEnum):
    """What a difference is counted in."""

    SECONDS = "seconds"
    SHARE = "share"
    """Of nights, from 0 to 1."""
    PAGES = "pages"


@frozen(kw_only=True)
class Difference:
    """By how much the other has more of something than the one, in the mean of a night; less is better."""

    what: str
    unit: Unit
    more: Estimate

    @property
    def better(self) -> Better:
        """Which has less, if that is certain enough."""
        if self.more.low > 0:
            return Better.ONE
        return Better.OTHER if self.more.high < 0 else Better.NEITHER

    def __str__(self) -> str:
        return self.more.told(_WRITTEN[self.unit])


@frozen(kw_only=True)
class Comparison:
    """Two playbooks in the same nights. Intervals hold the true difference 19 times of 20."""

    one: str
    other: str
    runs: int
    waited: Difference
    """Seconds until somebody acknowledged; a night in which nobody did counts as long as it lasted."""
    nobody_answered: Difference
    """The share of nights in which nobody acknowledged."""
    exhausted: Difference
    """The share of nights in which paging came to its end."""
    pages: Difference
    """Pages to all people together."""
    interruptions: Difference
    """Pages that reached people in their night."""

    @property
    def better(self) -> Better:
        """Whose incidents somebody has sooner. What that costs in pages and sleep is told besides."""
        return self.waited.better

    @property
    def verdict(self) -> str:
        """The same in a sentence, and by how much."""
        nights = counted(self.runs, "night")
        if self.better is Better.NEITHER:
            return f"It cannot be told from {nights} which is answered sooner: {self.waited}."
        low, high = sorted((abs(self.waited.more.low), abs(self.waited.more.high)))
        sooner, name = length(abs(self.waited.more.value)), self._names[self.better]
        return f"{name} is answered {sooner} sooner in the mean of {nights}, {length(low)} to {length(high)}."

    @property
    def _names(self) -> dict[Better, str]:
        return {Better.ONE: self.one, Better.OTHER: self.other, Better.NEITHER: str(Better.NEITHER)}

    def to_document(self) -> Document:
        """The verdict, and each difference."""
        return Document([*self._blocks()])

    def _blocks(self) -> Iterator[Block]:
        yield Heading(f"{self.one}, and {self.other} instead", 1)
        yield Paragraph(self.verdict)
        differences = (self.waited, self.nobody_answered, self.exhausted, self.pages, self.interruptions)
        rows = [(each.what, str(each), self._names[each.better]) for each in differences]
        yield Table(("in a night", f"with {self.other}", "better"), rows)

    def __str__(self) -> str:
        return to_plain(self.to_document())


def compare(one: Odds, other: Odds) -> Comparison:
    """Compare two playbooks, with their directories, by nights with the same luck, in which the same happens.

    Each night of the one is held against the night of that number of the other, so that what differs is the playbook,
    and who is in its directory. Raises `DrillInvalid` for nights that are not the same, and says what of them is not.
    """
    _check_same(one, other)
    longest = one.lasts.total_seconds()
    names = _names(one, other)
    pairs = [*zip(one.nights, other.nights, strict=True)]
    return Comparison(
        one=names[0],
        other=names[1],
        runs=one.runs,
        waited=_difference(pairs, Unit.SECONDS, "time to acknowledge", lambda night: min(night.acknowledged, longest)),
        nobody_answered=_difference(pairs, Unit.SHARE, "nobody answered", lambda night: night.acknowledged == inf),
        exhausted=_difference(pairs, Unit.SHARE, "paging was exhausted", lambda night: night.exhausted),
        pages=_difference(pairs, Unit.PAGES, "pages", lambda night: sum(night.pages.values())),
        interruptions=_difference(pairs, Unit.PAGES, "pages at night", lambda it: sum(it.interruptions.values())),
    )


def _check_same(one: Odds, other: Odds) -> None:
    for what, first, second in (
        ("seed", one.seed, other.seed),
        ("number of nights", one.runs, other.runs),
        ("length", one.lasts, other.lasts),
        *_circumstances(one.of, other.of),
    ):
        if first != second and str(first) != str(second):
            differ = f"{shown(first)} and {shown(second)}"
            raise DrillInvalid(f"nights are compared that have the same {what}, and not {differ}")


def _circumstances(one: Nights, other: Nights) -> Iterator[tuple[str, object, object]]:
    """What is the same in nights that differ by the playbook; two schemes may have a severity of one name."""
    for name in ("start", "title", "facts", "severity", "triage", "by", "work", "script", "faults"):
        yield f"{name} in their drill", getattr(one.drill, name), getattr(other.drill, name)
    for name in ("faults", "spread", "night_begins", "night_ends"):
        yield name, getattr(one, name), getattr(other, name)
    for who in sorted({*one.people} & {*other.people}):
        yield f"habit of {who}", one.people[who], other.people[who]
    for who in sorted({*one.drill.people} & {*other.drill.people}):
        yield f"reaction of {who}", one.drill.people[who], other.drill.people[who]


def _names(one: Odds, other: Odds) -> tuple[str, str]:
    """What tells them apart: what they are called, else their versions."""
    called = ((one.name, other.name), (one.playbook, other.playbook), ("the one", "the other"))
    return next(names for names in called if names[0] != names[1])


def _difference(
    pairs: Sequence[tuple[Night, Night]], unit: Unit, what: str, figure: Callable[[Night], float]
) -> Difference:
    return Difference(what=what, unit=unit, more=mean([figure(second) - figure(first) for first, second in pairs]))


def _seconds(seconds: float) -> str:
    sign = "-" if round(seconds) < 0 else "+" if round(seconds) > 0 else ""
    return f"{sign}{length(abs(seconds))}"


def _share(share: float) -> str:
    return f"{share * 100:+.1f} points"


def _pages(pages: float) -> str:
    return f"{pages:+.2f}"


_WRITTEN: Final = {Unit.SECONDS: _seconds, Unit.SHARE: _share, Unit.PAGES: _pages}
"""How a figure of each unit is told, with its sign."""
