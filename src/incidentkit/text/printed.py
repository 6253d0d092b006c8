"""How values show themselves to pretty printers, such as that of Hypothesis.

Such a printer lists the fields of a class unless the class has a method of its own, also those that are private and
those that its ``repr`` leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final, Protocol, cast

from attrs import Attribute, AttrsInstance, fields

LONGEST: Final = 500
"""Characters of a line; what goes on is cut."""


class Printer(Protocol):
    """What calls ``_repr_pretty_``."""

    stack: list[int]
    """What is being printed: a value, and those that it is part of."""

    def text(self, obj: str) -> object:
        """Write on."""

    def break_(self) -> object:
        """Begin a line."""

    def breakable(self, sep: str = " ") -> object:
        """Begin a line if this one becomes too long."""

    def pretty(self, obj: object) -> object:
        """Print a part."""

    def indent(self, indent: int) -> AbstractContextManager[None]:
        """Begin lines further to the right."""
        ...

    def group(self, indent: int = 0, open: str = "", close: str = "") -> AbstractContextManager[None]:
        """Begin either all lines that may be begun, or none."""
        ...


class OfValues:
    """A method that a class does not show for itself: printers call what they find, also where they print a class."""

    def __init__(self, method: Callable[[Any, Printer, bool], None]) -> None:
        self._method = method

    def __get__(self, value: object | None, owner: type) -> Callable[[Printer, bool], None]:
        if value is None:
            raise AttributeError(f"values of {owner.__name__} are printed in a way of their own, the class is not")
        return partial(self._method, value)


class Printed:
    """A value that is printed as its ``repr``; its details follow, a line for each, unless it is part of another."""

    __slots__ = ()

    def _details(self) -> Iterable[str]:
        """What whoever looks at it alone wants to know beside its ``repr``."""
        return ()

    @OfValues
    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        with printer.indent(4):
            printer.text(_in_one_line(repr(self)))
            for line in self._details() if len(printer.stack) == 1 else ():
                printer.break_()
                printer.text(_in_one_line(line))


class PrintedAsCall:
    """A value that is printed as the call that makes it, without what need not be said."""

    __slots__ = ()

    @OfValues
    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        with printer.group(4, f"{type(self).__name__}(", ")"):
            for place, (name, value) in enumerate(said(self)):
                if place:
                    printer.text(",")
                    printer.breakable()
                printer.text(f"{name}=")
                printer.pretty(value)


def said(value: Any) -> Iterator[tuple[str, Any]]:
    """The arguments of the call that makes a value of an attrs class: what its ``repr`` has and is no default."""
    kind = cast(type[AttrsInstance], type(value))
    for each in fields(kind):
        if each.init and each.repr:
            argument = getattr(value, each.name)
            if not _is_default(each, argument):
                yield each.name, argument


def _in_one_line(text: str) -> str:
    """The text with escapes for what would begin a line, turn the direction of writing, or colour a terminal."""
    line = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text[:LONGEST])
    return line if len(text) <= LONGEST else f"{line} ..."


def _is_default(attribute: Attribute[Any], value: object) -> bool:
    factory: Callable[[], object] | None = getattr(attribute.default, "factory", None)
    return bool(value == (attribute.default if factory is None else factory()))
