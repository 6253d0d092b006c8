"""The suites: for each protocol, the checks of everything that it promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import timedelta
from typing import Any, Final

from attrs import evolve, frozen
from typing_extensions import TypeForm

from incidentkit.desk.async_desk import AsyncDesk
from incidentkit.desk.desk import Desk
from incidentkit.errors import FieldInvalid, RigInvalid, shown
from incidentkit.providers.chat import Chat
from incidentkit.providers.on_call import OnCall
from incidentkit.providers.pager import Pager
from incidentkit.providers.status_page import StatusPage
from incidentkit.providers.store import IncidentStore
from incidentkit.providers.tools import TOOLS
from incidentkit.providers.tracker import Tracker
from incidentkit.testing.conformance import chat, desk, on_call, pager, status_page, store, tools, tracker
from incidentkit.testing.conformance.check import LIMIT, Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method
from incidentkit.testing.conformance.method_checks import checks_of
from incidentkit.testing.conformance.provider import checks_of_provider
from incidentkit.testing.conformance.rig import P


@frozen(kw_only=True)
class Suite:
    """The checks of a protocol."""

    kind: str
    """What it is called where no class can be named: ``pager``, ``status-page``."""
    protocol: type[Any]
    methods: tuple[str, ...]
    """What a provider has to have."""
    checks: tuple[Check[Any], ...]


def _suite(kind: str, protocol: type[Any], methods: Sequence[Method], own: Iterable[Check[Any]]) -> Suite:
    checks = (
        *checks_of_provider(methods),
        *(check for method in methods for check in checks_of(method)),
        *own,
    )
    return _named(kind, protocol, (*(method.name for method in methods), "diagnose"), checks)


def _named(kind: str, protocol: type[Any], methods: tuple[str, ...], checks: Iterable[Check[Any]]) -> Suite:
    return Suite(
        kind=kind,
        protocol=protocol,
        methods=methods,
        checks=tuple(evolve(check, methods=methods) for check in checks),
    )


def _kind(protocol: type[Any]) -> str:
    """The name of a protocol in lower case with hyphens: ``FeatureFlags`` is ``feature-flags``."""
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in protocol.__name__).strip("-")


def _tool_suite(protocol: type[Any]) -> Suite:
    return _suite(_kind(protocol), protocol, tools.methods_of_tool(protocol), tools.own_checks(protocol))


SUITES: Final[tuple[Suite, ...]] = (
    _suite("pager", Pager, pager.METHODS, pager.OWN),
    _suite("on-call", OnCall, on_call.METHODS, on_call.OWN),
    _suite("chat", Chat, chat.METHODS, chat.OWN),
    _suite("status-page", StatusPage, status_page.METHODS, status_page.OWN),
    _suite("tracker", Tracker, tracker.METHODS, tracker.OWN),
    *(_tool_suite(protocol) for protocol in dict.fromkeys(tool.protocol for tool in TOOLS)),
    _named("store", IncidentStore, store.METHODS, store.CHECKS),
    _named("desk", Desk, desk.METHODS, desk.CHECKS),
)
"""Every suite, in the order of the protocols in the documentation; a desk is its own protocol."""

BY_KIND: Final[Mapping[str, Suite]] = {suite.kind: suite for suite in SUITES}
BY_PROTOCOL: Final[Mapping[Any, Suite]] = {
    **{suite.protocol: suite for suite in SUITES},
    AsyncDesk: BY_KIND["desk"],  # whose methods are the same, each of them awaited
}


def conformance(protocol: TypeForm[P], /, *, level: Level = Level.MAY, limit: timedelta = LIMIT) -> Sequence[Check[P]]:
    """A check for each promise of a protocol, up to a level; each call may take as long as ``limit``.

    Without a level the checks of all are given: a promise that only should be kept fails the test as well.
    Raises `FieldInvalid` for what is neither a protocol of providers or of stores nor a desk.
    """
    suite = _suite_of(protocol)
    return tuple(evolve(check, limit=limit) for check in suite.checks if check.level in Level(level).among)


def _suite_of(protocol: object) -> Suite:
    try:
        return BY_PROTOCOL[protocol]
    except (KeyError, TypeError):
        names = ", ".join(each.__name__ for each in BY_PROTOCOL)
        raise FieldInvalid("protocol", f"there is no suite for {shown(protocol)}: there are those of {names}") from None


def suite_of(factory: Callable[[], Any], limit: timedelta = LIMIT) -> Suite:
    """The suite of the protocol whose methods the provider of a factory has, and of which it has the most.

    Raises `RigInvalid` if it has those of no protocol, or as many of two. The provider is made for it, and asked
    nothing.
    """
    every = tuple({name for suite in SUITES for name in suite.methods})
    has = set[str]()
    made = Check[Any](
        name="kind",
        level=Level.MUST,
        promise="It is a provider.",
        judge=lambda stage: has.update(filter(stage.has, every)),
        methods=every,
        limit=limit,
    )
    made(factory)
    fitting = [suite for suite in SUITES if has.issuperset(suite.methods)]
    if not fitting:
        raise RigInvalid("kind", f"it has the methods of no protocol{_lacking(has)}")
    most = max(len(suite.methods) for suite in fitting)
    first, *others = [suite for suite in fitting if len(suite.methods) == most]
    if others:
        kinds = " and of ".join(suite.kind for suite in (first, *others))
        raise RigInvalid("kind", f"it has the methods of {kinds}")
    return first


def _lacking(has: Set[str]) -> str:
    """What is missing of the protocols of which the greatest part is there."""
    parts = {suite.kind: len({*suite.methods} & has) / len(suite.methods) for suite in SUITES}
    most = max(parts.values())
    near = [suite for suite in SUITES if parts[suite.kind] == most]
    if not most:
        return ", not one"
    lacking = (f"{suite.kind}, without {', '.join(_missing(suite, has))}" for suite in near[:3])
    return f"; the nearest is {', or '.join(lacking)}"


def _missing(suite: Suite, has: Set[str]) -> list[str]:
    return [name for name in suite.methods if name not in has]
