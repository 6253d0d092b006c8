"""The providers that a desk may use, each in the slot that the playbook has for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from incidentkit.errors import Misconfigured, expect, shown
from incidentkit.providers.pager import Pager


def _pagers(pagers: Mapping[str, Pager]) -> dict[str, Pager]:
    return dict(expect(Mapping, pagers, Misconfigured, "the pagers of a toolbox are a mapping by contact method"))


@frozen(kw_only=True)
class Toolbox:
    """Providers by slot. What is not there becomes work for people.

    Raises `Misconfigured` for an object without the methods of its protocol, naming the slot, the method and what is
    wrong with it.
    """

    pagers: Mapping[str, Pager] = field(factory=dict[str, Pager], converter=_pagers)
    """By the contact method that each reaches people through, as the directory and the playbook call it."""

    def __attrs_post_init__(self) -> None:
        for slot, provider in self.slots():
            check_methods(slot, provider, _PAGER)

    def slots(self) -> Iterator[tuple[str, Any]]:
        """Every provider with the name of its slot."""
        for method, pager in self.pagers.items():
            yield f"pagers[{method!r}]", pager

    def refuse_async(self) -> None:
        """Raise `Misconfigured` for the first provider that has to be awaited, which a `Desk` cannot do."""
        for slot, provider in self.slots():
            for name in _PAGER:
                refuse_async(slot, provider, name)


def check_methods(slot: str, provider: object, methods: Mapping[str, int]) -> None:
    """Raise `Misconfigured` for an object that has not these methods with so many arguments each."""
    for name, arguments in methods.items():
        _check_method(slot, provider, name, arguments)


def refuse_async(slot: str, provider: object, name: str) -> None:
    """Raise `Misconfigured` if that method of a provider has to be awaited."""
    if inspect.iscoroutinefunction(getattr(provider, name)):
        problem = f"{slot}: {name!r} is async: give the provider to an AsyncDesk, or write it with def"
        raise Misconfigured(problem, provider=type(provider).__name__, operation=name)


_PAGER: Final[Mapping[str, int]] = {"page": 1, "diagnose": 0}
"""The methods of a pager, and how many arguments each is called with."""


def _check_method(slot: str, provider: object, name: str, arguments: int) -> None:
    method = getattr(provider, name, None)
    if not callable(method):
        problem = f"{slot}: {shown(provider)} has no method {name!r}, which its protocol asks for"
        raise Misconfigured(problem, provider=type(provider).__name__, operation=name)
    if not _takes(method, arguments):
        problem = f"{slot}: {type(provider).__name__}.{name} is to be called with {arguments} argument(s) by place"
        problem = f"{problem}, and has {inspect.signature(method)}"
        raise Misconfigured(problem, provider=type(provider).__name__, operation=name)


def _takes(method: Callable[..., Any], arguments: int) -> bool:
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):  # something built in, which does not tell
        return True
    try:
        signature.bind(*range(arguments))
    except TypeError:
        return False
    return True
