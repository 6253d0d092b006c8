"""What providers have in common: how they answer, and how they are asked whether they could."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

from attrs import frozen

T = TypeVar("T")

Answer: TypeAlias = T | Awaitable[T]
"""What a provider's method gives back: with ``def`` the answer, with ``async def`` a promise of it."""


@frozen(kw_only=True)
class Receipt:
    """What came of a request that changed something."""

    reference: str = ""
    """What the provider calls what it did, to be asked about it later; empty if it has no name for it."""
    url: str = ""
    """Where a person can look at it."""
    note: str = ""
    """Anything else that a person should know of it."""


@frozen(kw_only=True)
class Diagnosis:
    """Whether a provider could do its work now. Asking changes nothing and reaches nobody."""

    healthy: bool
    problem: str = ""
    """What is wrong, in words that may be logged: no secret, no address."""
    missing_scopes: tuple[str, ...] = ()
    """The permissions that it lacks."""


@runtime_checkable
class Closes(Protocol):
    """What a provider can do besides if it holds something open: connections, files, threads.

    An ability that is found by `isinstance`: whoever has nothing to close has no such method.
    """

    def close(self) -> Answer[None]:
        """Give it all back; whatever is asked of the provider later may fail. Closing twice changes nothing."""
        ...
