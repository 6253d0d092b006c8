"""Figures with their uncertainty: each has an interval that holds the true figure 19 times of 20."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, fsum, inf, sqrt
from statistics import NormalDist
from typing import Final

from attrs import frozen

CONFIDENCE: Final = 0.95
"""How often an interval holds the true figure."""

Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@frozen
class Share:
    """How many of how many, with the interval of Wilson (1927), which is right for rare and for empty shares, too."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1."""
        return self.count / self.of

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return max(0.0, self._centre - self._half) if self.count else 0.0

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return min(1.0, self._centre + self._half) if self.count < self.of else 1.0

    @property
    def _centre(self) -> float:
        return (self.value + Z * Z / (2 * self.of)) / (1 + Z * Z / self.of)

    @property
    def _half(self) -> float:
        spread = self.value * (1 - self.value) / self.of + Z * Z / (4 * self.of * self.of)
        return Z * sqrt(spread) / (1 + Z * Z / self.of)

    def __str__(self) -> str:
        return f"{percent(self.value)} ({percent(self.low)} to {percent(self.high)})"


@frozen(kw_only=True)
class Estimate:
    """A figure, with its interval. Infinity stands for never; an end that is not known is infinite too."""

    value: float
    low: float
    high: float

    def told(self, write: Callable[[float], str]) -> str:
        """It and its interval in words, each figure as it is written."""
        if self.high - self.low == inf == -self.low:
            return f"{write(self.value)} (too few to tell)"
        return f"{write(self.value)} ({write(self.low)} to {write(self.high)})"


FEWEST: Final = 6
"""Of fewer figures the mean has no interval: chance puts as many on one side of it more often than once in 20 times."""


def mean(values: Sequence[float]) -> Estimate:
    """The mean of some figures, with the interval of Student (1908); of fewer than `FEWEST` nothing is known."""
    count = len(values)
    value = fsum(values) / count
    if count < FEWEST:
        return Estimate(value=value, low=-inf, high=inf)
    variance = fsum((each - value) ** 2 for each in values) / (count - 1)
    half = _student(count - 1) * sqrt(variance / count)
    return Estimate(value=value, low=value - half, high=value + half)


def _student(freedom: int) -> float:
    """What stands for `Z` where the spread is estimated too: Abramowitz and Stegun (1964), 26.7.5.

    For the least freedom that there is here, 5, it is less than a thousandth off.
    """
    terms = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1_482 * Z**5 - 1_920 * Z**3 - 945 * Z) / 92_160,
    )
    return Z + fsum(term / freedom**power for power, term in enumerate(terms, 1))


def percentile(ordered: Sequence[float], share: float) -> Estimate:
    """The least of the figures, in order, below or at which so large a share lies.

    The ends of the interval are figures, too: by how many ranks the percentile may be off says the normal
    approximation of the binomial, whatever the figures are distributed like. Figures are of no time or more, so that an
    end below all of them is 0, and one above all is infinity.
    """
    count = len(ordered)
    rank = ceil(count * share - 1e-9)
    off = Z * sqrt(count * share * (1 - share))
    low, high = floor(count * share - off), ceil(count * share + off)
    return Estimate(
        value=ordered[max(rank, 1) - 1],
        low=ordered[low - 1] if low >= 1 else 0.0,
        high=ordered[high - 1] if high <= count else inf,
    )


def percent(share: float) -> str:
    """A share for people, such as ``3.4%``."""
    return f"{share * 100:.1f}%"
