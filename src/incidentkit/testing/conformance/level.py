"""How much it matters that a promise is kept."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How much it matters that a promise is kept."""

    MUST = "must"
    """Without it a desk does the wrong thing: pages twice, takes a failure for a success."""
    SHOULD = "should"
    """A desk copes without it, and people are served worse. There are systems that do not allow it."""
    MAY = "may"
    """An ability that nobody has to have. It is found, not declared, and whoever has it keeps its promises."""

    @property
    def among(self) -> tuple[Level, ...]:
        """The levels up to this one."""
        levels = (*Level,)
        return levels[: levels.index(self) + 1]
