"""What becomes of connections when a program forks: they stay its own, and its child makes others."""

from __future__ import annotations

import os
from typing import Final
from weakref import WeakSet

from sqlalchemy import Engine, Pool

_ENGINES: Final[WeakSet[Engine]] = WeakSet()
"""Those whose connections a child is not to use."""

_OF_PARENTS: Final[list[Pool]] = []
"""The connections of those whom this program was forked from, held for ever.

To close one would tell the server that the parent is gone, or give up what the parent has locked in a file.
"""


def make_anew_in_children(engine: Engine) -> None:
    """Have a child make connections of its own: two who read from one socket get the answers of each other."""
    _ENGINES.add(engine)


def _leave_to_parent() -> None:
    for engine in [*_ENGINES]:
        _OF_PARENTS.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
