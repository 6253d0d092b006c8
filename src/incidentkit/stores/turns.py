"""Whose turn it is with a connection that there is only one of."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import AssertionPool, StaticPool

L = TypeVar("L")

SINGLE: Final = (StaticPool, AssertionPool)
"""The pools of one connection that let nobody wait for it: one gives it to everybody at once, the other complains.

A queue of one lets the next wait, and one connection for each thread is in nobody's way.
"""


class Turns(Generic[L]):
    """A lock for each connection that there is only one of, the same for all stores that use it."""

    def __init__(self, make: Callable[[], L]) -> None:
        self._make = make
        self._locks: WeakKeyDictionary[object, L] = WeakKeyDictionary()
        self._lock = Lock()
        """Held while one is looked for: of two threads that need it first, each would make its own."""

    def lock(self, engine: Engine, connection: Connection | AsyncConnection | None) -> L | None:
        """What to hold while it is used; `None` where nobody else uses the same at once."""
        only = engine.pool if isinstance(engine.pool, SINGLE) else connection
        if only is None:
            return None
        with self._lock:
            return self._locks.setdefault(only, self._make())
