"""What a factory may give besides a provider, so that a suite sees more of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import timedelta
from typing import Any, Final, Generic, TypeAlias, TypeVar

from attrs import Attribute, field, fields, frozen

from incidentkit.errors import RigInvalid, nearest, shown
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import SendPage
from incidentkit.providers.status_page import PublishStatus
from incidentkit.providers.tools import OPERATIONS
from incidentkit.providers.tracker import CloseTicket, FindTickets, OpenTicket

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)

REQUESTS: Final[tuple[type[Any], ...]] = (
    SendPage,
    FindOnCall,
    OpenChannel,
    PostMessage,
    CloseChannel,
    PublishStatus,
    OpenTicket,
    CloseTicket,
    FindTickets,
    *(operation.request for operation in OPERATIONS),
)
"""The requests of all providers but stores."""
DECLARED: Final = ("by", "facts", "severity", "labels")
"""What every declaration may be to say, by the arguments of the `declare` of a desk."""
FIELDS: Final = frozenset(each.name for request in REQUESTS for each in fields(request)).union(DECLARED) - {"key"}
"""What a factory may say of what there is. Keys are not among it: each has to be new."""


def _is_there(rig: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds something to check."""
    if value is None:
        raise RigInvalid(attribute.name, "it is None: let the factory return what is to be checked, or a Rig around it")


def _is_called(rig: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a function, or nothing."""
    if value is not None and not callable(value):
        example = f"{attribute.name}=lambda: {shown(value)}"
        raise RigInvalid(attribute.name, f"it is called, and {shown(value)} cannot be: give a function, as {example}")


def _are_known(rig: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds values by the names of fields of requests."""
    if not isinstance(value, Mapping):
        problem = f'{shown(value)} is no mapping: give one such as {{"service": "checkout"}}'
        raise RigInvalid(attribute.name, problem)
    for name in (str(each) for each in value if each not in FIELDS):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        hint = nearest(name, sorted(FIELDS)) or "Take the name of the field in which the value is to stand."
        raise RigInvalid(attribute.name, f"no request has a field {shown(name)} that could be known. {hint}")


@frozen
class Rig(Generic[P_co]):
    """A provider, and the system behind it as far as the suite may look into it and disturb it.

    Raises `RigInvalid` for parts that cannot be used.
    """

    provider: P_co = field(validator=_is_there)
    effects: Callable[[], Iterable[object]] | None = field(default=None, kw_only=True, validator=_is_called)
    """What has happened in the system behind, one item for each thing: the messages that arrived, the tickets there
    are. The text of an item has the words as people see them. Nothing that was only asked is among it."""
    known: Mapping[str, Any] = field(factory=dict[str, Any], kw_only=True, validator=_are_known)
    """What there is in the system behind, by the names of the fields of requests: ``{"service": "checkout"}``."""
    another: Callable[[], P_co] | None = field(default=None, kw_only=True, validator=_is_called)
    """Makes another provider in front of the same system, as the desk of another program has one."""
    outage: Callable[[], AbstractContextManager[object]] | None = field(
        default=None, kw_only=True, validator=_is_called
    )
    """While this context lasts, the system behind cannot be reached."""
    overload: Callable[[], AbstractContextManager[object]] | None = field(
        default=None, kw_only=True, validator=_is_called
    )
    """While this context lasts, the system behind says that there are too many requests."""
    advance: Callable[[timedelta], object] | None = field(default=None, kw_only=True, validator=_is_called)
    """Lets so much time pass for the provider and the system behind, such as the `ManualClock.advance` of their clock;
    may be awaited. Desks alone are checked by it, since what they promise is a matter of time."""


Made: TypeAlias = P | Rig[P]
"""A provider, alone or with what is known of it."""

Factory: TypeAlias = Callable[
    [],
    Made[P] | Awaitable[Made[P]] | AbstractContextManager[Made[P], Any] | AbstractAsyncContextManager[Made[P], Any],
]
"""Makes a provider on a system of its own in which nothing has happened; a context gives it and takes it back."""
