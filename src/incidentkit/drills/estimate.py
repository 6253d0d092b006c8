"""Figures with their uncertainty: each has an interval that holds the true figure 19 times of 20."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A figure, with its interval. Infinity stands for never."""

    value: float
    low: float
    high: float


def mean(values: Sequence[float]) -> Estimate:
    """The mean of some figures, with the normal interval of its standard error."""
    count = len(values)
    value = fsum(values) / count
    variance = fsum((each - value) ** 2 for each in values) / (count - 1) if count > 1 else 0.0
    half = Z * sqrt(variance / count)
    return Estimate(value=value, low=value - half, high=value + half)


def percentile(ordered: Sequence[float], share: float) -> Estimate:
    """The least of the figures, in order, below or at which so large a share lies.

    The ends of the interval are figures, too: by how many ranks the percentile may be off says the normal
    approximation of the binomial, whatever the figures are distributed like.
    """
    count = len(ordered)
    rank = ceil(count * share - 1e-9)
    off = Z * sqrt(count * share * (1 - share))
    low, high = floor(count * share - off), ceil(count * share + off)
    return Estimate(
        value=_ranked(ordered, rank), low=_ranked(ordered, low), high=_ranked(ordered, high) if high <= count else inf
    )


def _ranked(ordered: Sequence[float], rank: int) -> float:
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def percent(share: float) -> str:
    """A share for people, such as ``3.4%``."""
    return f"{share * 100:.1f}%"
