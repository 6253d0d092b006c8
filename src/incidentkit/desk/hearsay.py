"""What others said and raised, as a desk may repeat it: whatever they are, to ask them does no harm."""

from __future__ import annotations

import re
from typing import Any, Final

from incidentkit.errors import LONGEST_MESSAGE, PermissionDenied, ProviderError, expect
from incidentkit.model.identity import LONGEST_NAME, keepable

_NAME: Final[Any] = type.__dict__["__name__"]


def class_of(value: object) -> str:
    """The name of its class, as Python knows it: a metaclass could say anything, and raise."""
    return keepable(_NAME.__get__(type(value)))[:LONGEST_NAME]


def words_of(error: ProviderError) -> str:
    """What a provider's error says; its class, if it says nothing or cannot even say it."""
    try:
        return keepable(str(error))[:LONGEST_MESSAGE] or class_of(error)
    except Exception:  # noqa: BLE001  # even an error can be broken
        return class_of(error)


def scopes_of(error: Exception) -> tuple[str, ...]:
    """The permissions that an error says are missing, if it does."""
    if not isinstance(error, PermissionDenied):
        return ()
    try:
        # There is none if its class did not call the one above it, and nothing holds a provider to texts in a tuple.
        scopes: tuple[object, ...] = expect(tuple, getattr(error, "missing_scopes", ()), ProviderError, "scopes")
        return tuple(keepable(each)[:LONGEST_NAME] for each in scopes)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001
        return ()


def without_address(words: str, address: str) -> str:
    """What went wrong without where the person is reached: a provider may have said it, and logs are passed around."""
    bare = address.strip()
    return re.sub(rf"(?<!\w){re.escape(bare)}(?!\w)", "[address]", words) if bare else words
