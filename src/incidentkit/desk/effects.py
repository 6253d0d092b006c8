"""What flows ask of whoever drives them: the only ways in which a desk touches the world."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar

from attrs import frozen

from incidentkit.errors import OutcomeUnknown

R = TypeVar("R")


class Unanswered(OutcomeUnknown):
    """A provider did not answer before its deadline, and is still being called."""


@frozen
class Call:
    """Call the store, and go on with what it answers or raises."""

    function: Callable[[], Any]


@frozen
class Attempt:
    """Call a provider, which may hang; go on with what it answers or raises.

    When the deadline has passed, goes on with `ProviderTimeout` if the call never began, and with `OutcomeUnknown` if
    it did. Then the call keeps its place among those that its slot allows at once, until it ends.
    """

    slot: str
    function: Callable[[], Any]
    deadline: timedelta


@frozen
class Pause:
    """Go on after so long. Nothing is held up meanwhile; where time does not pass by itself, it is over at once."""

    length: timedelta


@frozen
class Spawn:
    """Begin another flow, which goes on beside this one."""

    flow: Flow[Any]


Effect: TypeAlias = Call | Attempt | Pause | Spawn
"""Something that a flow asks of its driver."""

Flow: TypeAlias = Generator[Effect, Any, R]
"""Some work of a desk, that stops wherever it needs the world."""
