"""What providers have in common: how they answer, and how they are asked whether they could."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

from attrs import Attribute, field, frozen

from incidentkit.errors import FieldInvalid, capped, shown

T = TypeVar("T")

Answer: TypeAlias = T | Awaitable[T]
"""What a provider's method gives back: with ``def`` the answer, with ``async def`` a promise of it."""


def _is_former(receipt: Receipt, attribute: Attribute[Any], value: object) -> None:
    """The field holds texts in a tuple: one text alone would be read as a list of letters."""
    if value is not None and not _are_texts(value):
        raise FieldInvalid(attribute.name, f"what was so before is a tuple of texts, not {shown(value)}")


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, str) for each in cast(tuple[object, ...], value))


@frozen(kw_only=True)
class Receipt:
    """What came of a request that changed something."""

    reference: str = ""
    """What the provider calls what it did, to be asked about it later; empty if it has no name for it."""
    url: str = ""
    """Where a person can look at it."""
    note: str = ""
    """Anything else that a person should know of it."""
    former: tuple[str, ...] | None = field(default=None, validator=_is_former)
    """What it takes to undo it, where it can be undone; `None` if the provider does not say.

    Of what sets a value, the value that stood there before, and nothing if none did: ``("2.4.0",)``. Of what switches
    things, those that were switched, without those that were so already: ``("checkout", "search")``.
    """
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What a tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes; empty if it says nothing."""


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
