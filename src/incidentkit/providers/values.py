"""What the fields of requests to tools may hold: each of these values can be a word of a command line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final, cast

from attrs import Attribute

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.identity import checked_name, checked_text, checked_title

LARGEST_COUNT: Final = 1_000_000_000
"""The largest number of replicas, or of requests per second: whatever is larger was mistyped."""

_STRANGE: Final = re.compile(r"[\s~^:?*\[\\]|\.\.|@\{|^[-+]")
"""What no name of a branch or a remote has: to git it would be an option, an address, or several branches."""


def is_choice(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a name, or nothing where the tool chooses for itself."""
    if value != "":
        checked_name(attribute.name, value)


def is_names(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds one name or more, each once."""
    given: object = value
    names = cast(tuple[object, ...], given) if isinstance(given, tuple) else ()
    if not names:
        raise FieldInvalid(attribute.name, f"names stand in a tuple, one at the least, not in {shown(value)}")
    if len({checked_name(attribute.name, each) for each in names}) < len(names):
        raise FieldInvalid(attribute.name, f"each is named once, not as in {shown(names)}")


def is_filter(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds text, which may be empty."""
    checked_text(attribute.name, value)


def is_words(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds text that is not blank."""
    checked_title(attribute.name, value)


def is_setting(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds text that is not empty."""
    if not checked_text(attribute.name, value):
        raise FieldInvalid(attribute.name, "an empty text is no value: unset it instead")


def is_setting_name(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a name without the sign that ends it on a command line."""
    if "=" in checked_name(attribute.name, value):
        raise FieldInvalid(attribute.name, f"{shown(value)} has an '=', which would end the name")


def is_ref(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds the name of a branch or a remote and nothing more: to git, ``:main`` would delete a branch."""
    name = checked_name(attribute.name, value)
    if strange := _STRANGE.search(name):
        raise FieldInvalid(attribute.name, f"{shown(name)} has {shown(strange[0])}, which no branch and no remote has")


def is_period(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a length of time in whole seconds, one at the least."""
    if not isinstance(value, timedelta) or value < timedelta(seconds=1) or value.microseconds:
        raise FieldInvalid(attribute.name, f"a length of time is one second or more, in whole ones, not {shown(value)}")


def is_count(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a number of things, which may be 0."""
    if type(value) is not int or not 0 <= value <= LARGEST_COUNT:
        raise FieldInvalid(attribute.name, f"{shown(value)} is no count from 0 to {LARGEST_COUNT}")


def is_rate(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a number of things in a time, one at the least."""
    if type(value) is not int or not 1 <= value <= LARGEST_COUNT:
        raise FieldInvalid(attribute.name, f"{shown(value)} is no rate from 1 to {LARGEST_COUNT}")


def is_switch(request: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds true or false."""
    if type(value) is not bool:
        raise FieldInvalid(attribute.name, f"{shown(value)} is neither true nor false")


def is_share(answer: object, attribute: Attribute[Any], value: object) -> None:
    """The field holds a share from 0 to 1, or nothing where it is not known."""
    if value is not None and not (type(value) in (int, float) and 0 <= cast(float, value) <= 1):
        raise FieldInvalid(attribute.name, f"a share is a number from 0 to 1, as 0.34 for 34 %, not {shown(value)}")
