"""The odds of a playbook: a thousand nights, and how often and how soon somebody came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from functools import cached_property, partial
from math import inf
from multiprocessing import get_context
from typing import Final

from attrs import field, frozen

from incidentkit.drills.estimate import Estimate, Share, mean, percentile
from incidentkit.drills.nights import Nights
from incidentkit.drills.story import Story
from incidentkit.errors import DrillInvalid, NightsLost, expect, shown
from incidentkit.model.durations import duration_text
from incidentkit.providers.pager import Purpose
from incidentkit.text.document import Block, Document, Heading, Paragraph, Table
from incidentkit.text.number import counted
from incidentkit.text.plain import to_plain

PERCENTILES: Final = (0.5, 0.9, 0.95, 0.99)

PORTION: Final = 25
"""How many nights a process has before it tells of them."""

MOST: Final = 1_000_000
"""How many nights there are at the most: their figures are all kept."""


@frozen(kw_only=True)
class Night:
    """The figures of one night."""

    number: int
    first_page: float
    """Seconds from the declaration to the first page that reached anybody; infinity if none did."""
    acknowledged: float
    """Seconds from the declaration until somebody acknowledged; infinity if nobody did while the night lasted."""
    exhausted: bool
    """Whether paging came to its end, and nobody had acknowledged."""
    pages: Mapping[str, int]
    """How many reached each person; whoever is not here was left alone."""
    interruptions: Mapping[str, int]
    """How many of these did so in the night of the person."""
    kept: tuple[bool, ...]
    """Of each expectation of the drill whether it held."""


@frozen(kw_only=True)
class Odds:
    """What came of many nights. Intervals hold the true figure 19 times of 20."""

    name: str
    """What the playbook is called."""
    of: Nights = field(repr=False)
    """What the nights have in common, and what may befall them."""
    seed: int
    nights: tuple[Night, ...] = field(repr=False)

    @property
    def playbook(self) -> str:
        """The playbook, by its reference: its name, and how its version begins."""
        return self.of.drill.playbook.reference

    @property
    def lasts(self) -> timedelta:
        """How long each night lasted."""
        return self.of.drill.lasts

    @property
    def expected(self) -> tuple[str, ...]:
        """What was expected, in words."""
        return tuple(map(str, self.of.drill.expectations))

    @property
    def runs(self) -> int:
        """How many nights there were."""
        return len(self.nights)

    def time_to_acknowledge(self, share: float) -> Estimate:
        """In so large a share of all nights, somebody had acknowledged after so many seconds; infinity for never."""
        return percentile(self._acknowledged, share)

    def time_to_first_page(self, share: float) -> Estimate:
        """In so large a share of all nights, a page had reached somebody after so many seconds; infinity for never."""
        return percentile(self._first_pages, share)

    @property
    def nobody_answered(self) -> Share:
        """In how many nights nobody acknowledged at all."""
        return self._share(lambda night: night.acknowledged == inf)

    @property
    def exhausted(self) -> Share:
        """In how many nights paging came to its end, and nobody had acknowledged."""
        return self._share(lambda night: night.exhausted)

    @property
    def people(self) -> tuple[str, ...]:
        """Whom any page reached, the most paged first."""
        counts = Counter[str]()
        for night in self.nights:
            counts.update(night.pages)
        return tuple(name for name, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])))

    def pages(self, person: str) -> Estimate:
        """How many pages reach somebody in a night, in the mean."""
        return mean([night.pages.get(person, 0) for night in self.nights])

    def interruptions(self, person: str) -> Estimate:
        """How many pages reach somebody while it is night where they are, in the mean."""
        return mean([night.interruptions.get(person, 0) for night in self.nights])

    def interrupted(self, person: str) -> Share:
        """In how many nights any page did that."""
        return self._share(lambda night: person in night.interruptions)

    @property
    def kept(self) -> Mapping[str, Share]:
        """In how many nights each expectation held, by its words."""
        return {
            words: Share(sum(night.kept[index] for night in self.nights), self.runs)
            for index, words in enumerate(self.expected)
        }

    @cached_property
    def _acknowledged(self) -> list[float]:
        return sorted(night.acknowledged for night in self.nights)

    @cached_property
    def _first_pages(self) -> list[float]:
        return sorted(night.first_page for night in self.nights)

    def _share(self, is_one: Callable[[Night], bool]) -> Share:
        return Share(sum(map(is_one, self.nights)), self.runs)

    def to_document(self) -> Document:
        """The figures for people: how soon somebody comes, how often nobody does, whom it costs sleep."""
        return Document([*self._times(), *self._chances(), *self._people()])

    def _times(self) -> Iterator[Block]:
        yield Heading(f"{counted(self.runs, 'night')} of {self.name}", 1)
        yield Heading("How soon somebody came")
        rows = [
            (
                f"{share:.0%} of nights",
                _interval(self.time_to_first_page(share)),
                _interval(self.time_to_acknowledge(share)),
            )
            for share in PERCENTILES
        ]
        yield Table(("in", "first page within", "acknowledged within"), rows)

    def _chances(self) -> Iterator[Block]:
        yield Heading("How often")
        rows = [("nobody answered", str(self.nobody_answered)), ("paging was exhausted", str(self.exhausted))]
        yield Table(("what", "in nights"), [*rows, *((words, str(share)) for words, share in self.kept.items())])

    def _people(self) -> Iterator[Block]:
        yield Heading("Pages in a night")
        rows = [
            (who, _number(self.pages(who)), _number(self.interruptions(who)), str(self.interrupted(who)))
            for who in self.people
        ]
        columns = ("person", "pages", "of these at night", "any at night, in nights")
        yield Table(columns, rows) if rows else Paragraph("No page reached anybody.")

    def __str__(self) -> str:
        return to_plain(self.to_document())


def simulate(
    nights: Nights,
    *,
    runs: int = 10_000,
    seed: int = 0,
    processes: int = 1,
    progress: Callable[[int, int], object] | None = None,
) -> Odds:
    """Have so many nights, and give their odds.

    The same seed gives the same figures, on one process or on several, and the first nights of many are those of few.
    ``progress`` is called with how many nights are over, and of how many. Several processes are started anew, so the
    program that asks for them has to be one that can be imported: what it does is below ``if __name__ == "__main__"``.

    Raises `DrillInvalid` for numbers that make no sense, and what a night raises, such as `IllegalTransition` for a
    script that asks for what is not possible by then. `NightsLost` if a process that had nights was ended from outside.
    """
    expect(Nights, nights, DrillInvalid, "what to simulate is Nights")
    _check_count("runs", runs, MOST)
    _check_count("processes", processes, 256)
    if type(seed) is not int:
        raise DrillInvalid(f"a seed is a whole number, not {shown(seed)}")
    had: list[Night] = []
    portions = [range(first, min(first + PORTION, runs)) for first in range(0, runs, PORTION)]
    for portion in _portions(partial(_have, nights, seed), portions, processes):
        had += portion
        if progress is not None:
            progress(len(had), runs)
    return Odds(name=nights.drill.playbook.name, of=nights, seed=seed, nights=tuple(had))


def _portions(have: Callable[[range], list[Night]], portions: Sequence[range], processes: int) -> Iterator[list[Night]]:
    """What came of each portion, in their order."""
    if processes == 1:
        yield from map(have, portions)
        return
    # Started anew, because a process that has threads is not to be forked.
    over = 0
    try:
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            for had in pool.map(have, portions):
                over += len(had)
                yield had
    except BrokenProcessPool:
        raise NightsLost(over, sum(map(len, portions)), processes) from None


def _have(nights: Nights, seed: int, numbers: range) -> list[Night]:
    return [_night(nights, seed, number) for number in numbers]


def _night(nights: Nights, seed: int, number: int) -> Night:
    drill = nights.night(number, seed=seed)
    story = drill.run()
    pages = [each for each in story.deliveries if each.page.purpose is Purpose.PAGE]
    return Night(
        number=number,
        first_page=(pages[0].at - drill.start).total_seconds() if pages else inf,
        acknowledged=_seconds(story),
        exhausted=story.exhausted,
        pages=Counter(str(each.page.person) for each in pages),
        interruptions=nights.interrupted(story, drill.start),
        kept=tuple(each.held for each in story.judgements),
    )


def _seconds(story: Story) -> float:
    took = story.incident.metrics.time_to_acknowledge
    return inf if took is None else took.total_seconds()


def _check_count(name: str, value: object, most: int) -> None:
    if type(value) is not int or not 1 <= value <= most:
        raise DrillInvalid(f"{name} is a number from 1 to {most}, not {shown(value)}")


def _interval(estimate: Estimate) -> str:
    if estimate.low == estimate.high:
        return length(estimate.value)
    return estimate.told(length)


def _number(estimate: Estimate) -> str:
    return estimate.told("{:.2f}".format)


def length(seconds: float) -> str:
    """A time for people, to the second."""
    return "never" if seconds == inf else duration_text(timedelta(seconds=round(seconds)))
