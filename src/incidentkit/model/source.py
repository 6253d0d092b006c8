"""Generated functions: how conditions, rules and trees become one plain Python function over a dict of known values.

Only identifiers that were checked, whitelisted operators and names made here are ever written into source text; every
other value is bound as a constant. A fact that is not in the dict raises `KeyError`, which is how the generated code
says that it needs three-valued logic after all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

HOIST_FROM: Final = 3
"""A fact that is read this often or oftener, in a function of many rules, is read once into a local variable."""


class Source:
    """One function in the making: its lines and the constants bound to them."""

    def __init__(self, reads: Iterable[str] = ()) -> None:
        """``reads`` are the names of facts that every call will read early anyway; those read often become locals."""
        self._lines: list[str] = []
        self._constants: dict[str, object] = {}
        self._hoisted = sorted(name for name, count in Counter(reads).items() if count >= HOIST_FROM)

    def constant(self, value: object) -> str:
        """Bind a value and give the name it has in the source."""
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    def read(self, name: str) -> str:
        """The source that reads a fact; `ValueError` for a name that must not be written into source."""
        if not name.isidentifier():
            raise ValueError(f"{name!r} must not be written into source")
        return f"v_{name}" if name in self._hoisted else f'known["{name}"]'

    def line(self, depth: int, text: str) -> None:
        """Add a line, indented by ``depth`` levels."""
        self._lines.append(f"{' ' * depth}{text}")

    @property
    def text(self) -> str:
        """The function as Python source."""
        hoisted = [f' v_{name} = known["{name}"]' for name in self._hoisted]
        return "\n".join(["def generated(known):", *hoisted, *(f" {line}" for line in self._lines)])

    def function(self) -> Callable[[Mapping[str, Any]], Any]:
        """Compile; the constants are the function's own globals, because closure cells are copied at every call."""
        scope: dict[str, Any] = {**self._constants}
        exec(self.text, scope)  # noqa: S102  # only checked identifiers and whitelisted operators are in the text
        function: Callable[[Mapping[str, Any]], Any] = scope["generated"]
        return function
