"""How a row is measured: the hand-written form right before and right after ours, a ratio from each such sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import zip_longest
from random import Random
from statistics import mean, median, quantiles
from timeit import Timer
from typing import Any, Final, Protocol

from attrs import define, field, frozen

LOOP: Final = 0.005
"""Seconds that one timed loop takes, roughly."""

LOOPS: Final = 3
"""Loops in a sample, of which the best counts: an interruption then spoils a loop and not the sample."""

STEADY: Final = 0.1
"""How far the two measurements around ours may lie apart; further, and the machine has changed its speed meanwhile."""

TRIES: Final = 3
"""How often an unsteady sample is taken again before it is used as it is."""

REFUSED: Final = "refused"
"""What stands for the answer where a form raises `ValueError` or `LookupError`."""


class Form(Protocol):
    """One way to do the work."""

    def answers(self) -> Sequence[object]:
        """What it answers to each input, in a shape in which both forms can be compared."""
        ...

    def sample(self) -> float:
        """Seconds for one piece of the work, now."""
        ...


def _as_it_is(answer: Any) -> object:
    return answer


@frozen(kw_only=True, slots=False)
class Calls:
    """A function that is called with each of its inputs, which were prepared in the shape that suits it best."""

    function: Callable[[Any], object]
    inputs: Sequence[Any]
    hostile: Sequence[Any] = ()
    """Inputs that are not timed, only answered."""
    read: Callable[[Any], object] = _as_it_is
    """Turns an answer into what is compared."""

    def answers(self) -> Sequence[object]:
        """The answers to all inputs, hostile ones last."""
        return [self._answer(each) for each in (*self.inputs, *self.hostile)]

    def sample(self) -> float:
        """The best of a few short loops, divided by the number of calls."""
        return min(self._timer.timeit(self._turns) for _ in range(LOOPS)) / (self._turns * len(self.inputs))

    def _answer(self, given: Any) -> object:
        try:
            return self.read(self.function(given))
        except (LookupError, ValueError):
            return REFUSED

    @cached_property
    def _timer(self) -> Timer:
        """A loop of its own for each form, because the interpreter adapts a call to what it calls; without gc."""
        names = {"calls": self}
        return Timer(
            "for each in inputs: function(each)", "function, inputs = calls.function, calls.inputs", globals=names
        )

    @cached_property
    def _turns(self) -> int:
        return max(1, round(LOOP / min(self._timer.timeit(1) for _ in range(LOOPS))))


@frozen
class Once:
    """Work that takes so long that one call is a sample."""

    function: Callable[[], object]

    def answers(self) -> Sequence[object]:
        """Nothing: it would take as long as the measurement."""
        return ()

    def sample(self) -> float:
        """The time of one call."""
        return Timer(self.function).timeit(1)


@frozen(kw_only=True)
class Row:
    """A line of the table: some work, our form of it, and the form that a person would write for the same job."""

    name: str
    work: str
    ours: Form
    hand: Form | None = None
    """`None` where nobody would write it by hand: the row then says how long it takes, and nothing else."""
    limit: float | None = None
    """The highest ratio that the project allows itself; `None` for a row that only informs."""
    only_if_named: bool = False
    """Whether it takes so long to prepare that it is left out unless somebody asks for it."""

    def difference(self) -> str | None:
        """The first input that the two forms answer differently, if there is one."""
        if self.hand is None:
            return None
        pairs = zip_longest(self.hand.answers(), self.ours.answers())
        return next((f"input {i}: by hand {a!r}, ours {b!r}" for i, (a, b) in enumerate(pairs) if a != b), None)


@define
class Result:
    """What was measured for a row."""

    row: Row
    wrong: str | None = None
    """How the answers differ; nothing is timed then."""
    ours: list[float] = field(factory=list[float])
    hand: list[float] = field(factory=list[float])
    ratios: list[float] = field(factory=list[float])

    def sample(self) -> None:
        """Measure once more."""
        if self.row.hand is None:
            self.ours.append(self.row.ours.sample())
        else:
            hand, ours = _steady(self.row.hand, self.row.ours)
            self.hand.append(hand)
            self.ours.append(ours)
            self.ratios.append(ours / hand)

    @property
    def ratio(self) -> float | None:
        """Ours over the hand-written form; `None` without one."""
        return median(self.ratios) if self.ratios else None

    @property
    def spread(self) -> tuple[float, float] | None:
        """The 10th and the 90th percentile of the ratios; `None` where there are too few."""
        if len(self.ratios) < 2:
            return None
        tenths = quantiles(self.ratios, n=10, method="inclusive")
        return tenths[0], tenths[-1]

    @property
    def met(self) -> bool | None:
        """Whether the ratio is within the limit; `None` without a limit."""
        return None if self.ratio is None or self.row.limit is None else self.ratio <= self.row.limit


def _steady(hand: Form, ours: Form) -> tuple[float, float]:
    """Samples of both forms, taken while the machine ran at one speed if it ever does."""
    before, middle, after = hand.sample(), ours.sample(), hand.sample()
    for _ in range(TRIES):
        if abs(before - after) <= STEADY * min(before, after):
            break
        before, middle, after = after, ours.sample(), hand.sample()
    return mean((before, after)), middle


def measure(rows: Iterable[Row], rounds: int) -> list[Result]:
    """Check the answers of every row, then go round all that are right, in another order each time."""
    results = [Result(row, row.difference()) for row in rows]
    right = [result for result in results if not result.wrong]
    for number in range(rounds):
        for result in Random(number).sample(right, len(right)):
            result.sample()
    return results
