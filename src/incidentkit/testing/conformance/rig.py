"""What a factory may give besides a provider, so that a suite sees more of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import field, frozen

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


@frozen
class Rig(Generic[P_co]):
    """A provider, and the system behind it as far as the suite may look into it and disturb it."""

    provider: P_co
    effects: Callable[[], Iterable[object]] | None = field(default=None, kw_only=True)
    """What has happened in the system behind, one item for each thing: the messages that arrived, the tickets there
    are. The text of an item has the words as people see them. Nothing that was only asked is among it."""
    known: Mapping[str, Any] = field(factory=dict[str, Any], kw_only=True)
    """What there is in the system behind, by the names of the fields of requests: ``{"service": "checkout"}``."""
    another: Callable[[], P_co] | None = field(default=None, kw_only=True)
    """Makes another provider in front of the same system, as the desk of another program has one."""
    outage: Callable[[], AbstractContextManager[object]] | None = field(default=None, kw_only=True)
    """While this context lasts, the system behind cannot be reached."""
    overload: Callable[[], AbstractContextManager[object]] | None = field(default=None, kw_only=True)
    """While this context lasts, the system behind says that there are too many requests."""


Made: TypeAlias = P | Rig[P]
"""A provider, alone or with what is known of it."""

Factory: TypeAlias = Callable[
    [],
    Made[P] | Awaitable[Made[P]] | AbstractContextManager[Made[P], Any] | AbstractAsyncContextManager[Made[P], Any],
]
"""Makes a provider on a system of its own in which nothing has happened; a context gives it and takes it back."""
