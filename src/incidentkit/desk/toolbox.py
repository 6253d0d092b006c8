"""The providers that a desk may use, each in the slot that the playbook has for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, MethodType, TracebackType
from typing import Any, Final, Self

from attrs import field, frozen

from incidentkit.desk.hearsay import class_of
from incidentkit.errors import Misconfigured, expect, shown
from incidentkit.providers.answer import Closes
from incidentkit.providers.chat import Chat
from incidentkit.providers.configuration import Configuration
from incidentkit.providers.database import Database
from incidentkit.providers.deployments import Deployments
from incidentkit.providers.feature_flags import FeatureFlags
from incidentkit.providers.health_checks import HealthChecks
from incidentkit.providers.logs import Logs
from incidentkit.providers.metrics import Metrics
from incidentkit.providers.on_call import OnCall
from incidentkit.providers.orchestrator import Orchestrator
from incidentkit.providers.pager import Pager
from incidentkit.providers.status_page import StatusPage
from incidentkit.providers.support import Support
from incidentkit.providers.test_runner import TestRunner
from incidentkit.providers.tools import OPERATIONS, TOOLS
from incidentkit.providers.tracker import SearchesTickets, Tracker
from incidentkit.providers.traffic import ApiGateway, Firewall, LoadBalancer, ServiceMesh
from incidentkit.providers.version_control import VersionControl


def _pagers(pagers: Mapping[str, Pager]) -> dict[str, Pager]:
    return dict(expect(Mapping, pagers, Misconfigured, "the pagers of a toolbox are a mapping by contact method"))


@frozen(kw_only=True)
class Toolbox:
    """Providers by slot. What is not there becomes work for people.

    Used in a ``with`` block, it closes its providers at the end, which is after the end of every desk that was begun
    inside. Otherwise whoever made them closes them.

    Raises `Misconfigured` for an object without the methods of its protocol, naming the slot, the method and what is
    wrong with it.
    """

    pagers: Mapping[str, Pager] = field(factory=dict[str, Pager], converter=_pagers)
    """By the contact method that each reaches people through, as the directory and the playbook call it."""
    on_call: OnCall | None = None
    """Who is asked who is on call, for recipients such as ``on-call payments``."""
    chat: Chat | None = None
    """Where the channels of incidents and teams are."""
    status_page: StatusPage | None = None
    """What tells the public."""
    tracker: Tracker | None = None
    """Where work is kept that waits until people have time for it."""
    health_check: HealthChecks | None = None
    """What knows whether production works."""
    metrics: Metrics | None = None
    """What measures it."""
    logging: Logs | None = None
    """Where programs write."""
    support: Support | None = None
    """Where users report; the same as the tracker if that can be searched and users write to it."""
    feature_flag_tool: FeatureFlags | None = None
    """What switches features."""
    deploy_tool: Deployments | None = None
    """What changes the version that runs."""
    orchestrator: Orchestrator | None = None
    """What runs services."""
    service_mesh: ServiceMesh | None = None
    """What stands between services."""
    load_balancer: LoadBalancer | None = None
    """What spreads traffic over instances."""
    database: Database | None = None
    """What looks after the database."""
    cloud_provider: HealthChecks | None = None
    """What knows whether the infrastructure of others works."""
    payment_provider: HealthChecks | None = None
    """What knows whether payments can be made."""
    vcs_tool: VersionControl | None = None
    """Where the versions of the program are kept."""
    test_runner: TestRunner | None = None
    """What runs tests."""
    config_tool: Configuration | None = None
    """Where settings are."""
    api_gateway: ApiGateway | None = None
    """What lets requests in."""
    firewall: Firewall | None = None
    """What lets traffic through."""

    def __attrs_post_init__(self) -> None:
        for slot, provider in self.slots():
            check_methods(slot, provider, _methods_of(slot, provider))
            if _has(Closes, slot, provider, "close"):
                check_methods(slot, provider, _CLOSES)

    def slots(self) -> Iterator[tuple[str, Any]]:
        """Every provider with the name of its slot."""
        for method, pager in self.pagers.items():
            yield slot_of(method), pager
        others = (ON_CALL, self.on_call), (CHAT, self.chat), (STATUS_PAGE, self.status_page), (TRACKER, self.tracker)
        tools = ((tool.slot, getattr(self, tool.slot)) for tool in TOOLS)
        yield from ((slot, provider) for slot, provider in (*others, *tools) if provider is not None)

    def refuse_async(self) -> None:
        """Raise `Misconfigured` for the first provider that has to be awaited, which a `Desk` cannot do."""
        for slot, provider in self.slots():
            for name in _methods_of(slot, provider):
                refuse_async(slot, provider, name)

    def close(self) -> None:
        """Close each provider that can be closed, once, whatever the others do.

        What one of them raises is raised then, and an `ExceptionGroup` if several do; what ends the program goes first.
        Raises `Misconfigured`, and closes nothing, if one of them has to be awaited; if only its answer shows that, the
        others are closed.
        """
        for slot, provider in self._closing():
            refuse_async(slot, provider, "close")
        failures: list[BaseException] = []
        for slot, provider in self._closing():
            try:
                _refuse_promise(slot, provider, provider.close())
            except BaseException as error:  # noqa: BLE001  # the others come first
                failures.append(error)
        _raise(failures)

    async def aclose(self) -> None:
        """Close each provider that can be closed, be it ``async def`` or ``def``, which is called in a thread.

        Raises what `close` raises.
        """
        # Whoever awaits has loaded asyncio, and nobody else is to load it.
        from incidentkit.desk.async_crew import called  # noqa: PLC0415

        failures: list[BaseException] = []
        for slot, provider in self._closing():
            try:
                await called(provider.close, slot)
            except BaseException as error:  # noqa: BLE001  # the others come first
                failures.append(error)
        _raise(failures)

    def _closing(self) -> list[tuple[str, Closes]]:
        """The providers that can be closed; one that is in several slots once."""
        closing: dict[int, tuple[str, Closes]] = {}
        for slot, provider in self.slots():
            if _has(Closes, slot, provider, "close"):
                closing.setdefault(id(provider), (slot, provider))
        return [*closing.values()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


ON_CALL: Final = "on-call"
"""The slot of the on-call system."""

CHAT: Final = "chat"
"""The slot of the chat."""

STATUS_PAGE: Final = "status-page"
"""The slot of the status page."""

TRACKER: Final = "tracker"
"""The slot of the tracker."""


def slot_of(method: str) -> str:
    """The slot of the pager for a contact method."""
    return f"pagers[{method!r}]"


def _has(ability: type, slot: str, provider: object, method: str) -> bool:
    """Whether a provider has an optional ability, which is that method."""
    try:
        return isinstance(provider, ability)
    except Exception as error:
        raise _unreadable(slot, provider, method, error) from error


def _refuse_promise(slot: str, provider: object, answer: object) -> None:
    """Raise `Misconfigured` for a promise that nobody will keep."""
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        problem = f"{slot}: 'close' gave a promise, so it is not closed: close the toolbox in a loop, by aclose()"
        raise Misconfigured(problem, provider=type(provider).__name__, operation="close")


def _raise(failures: list[BaseException]) -> None:
    """Raise what came of closing, if anything."""
    errors = [failure for failure in failures if isinstance(failure, Exception)]
    endings = [failure for failure in failures if not isinstance(failure, Exception)]
    endings.sort(key=lambda each: not isinstance(each, KeyboardInterrupt | SystemExit))  # before a cancellation
    for failure in endings:
        raise failure
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("several providers could not be closed", errors)


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

_OTHERS: Final[Mapping[str, Mapping[str, int]]] = {
    ON_CALL: {"on_call": 1, "diagnose": 0},
    CHAT: {"open_channel": 1, "post": 1, "close_channel": 1, "diagnose": 0},
    STATUS_PAGE: {"publish": 1, "diagnose": 0},
    TRACKER: {"open_ticket": 1, "close_ticket": 1, "diagnose": 0},
    **{tool.slot: {**{each.method: 1 for each in OPERATIONS if each.tool == tool}, "diagnose": 0} for tool in TOOLS},
}
"""Those of all other providers, by slot."""

_SEARCHES: Final[Mapping[str, int]] = {"search_tickets": 1}

_CLOSES: Final[Mapping[str, int]] = {"close": 0}


def _methods_of(slot: str, provider: object) -> Mapping[str, int]:
    """The methods of the protocol that a slot asks for, and of what the provider can do besides."""
    methods = _OTHERS.get(slot, _PAGER)
    if slot == TRACKER and _has(SearchesTickets, slot, provider, "search_tickets"):
        return {**methods, **_SEARCHES}
    return methods


def _check_method(slot: str, provider: object, name: str, arguments: int) -> None:
    try:
        method = getattr(provider, name, None)
    except Exception as error:
        raise _unreadable(slot, provider, name, error) from error
    if not callable(method):
        problem = f"{slot}: {shown(provider)} has no method {name!r}, which its protocol asks for"
        raise Misconfigured(problem, provider=type(provider).__name__, operation=name)
    if not _takes(method, arguments):
        problem = f"{slot}: {type(provider).__name__}.{name} is to be called with {arguments} argument(s) by place"
        problem = f"{problem}, and has {inspect.signature(method)}"
        raise Misconfigured(problem, provider=type(provider).__name__, operation=name)


def _unreadable(slot: str, provider: object, name: str, error: Exception) -> Misconfigured:
    problem = f"{slot}: {name!r} cannot be read: it raised {class_of(error)}"
    return Misconfigured(problem, provider=type(provider).__name__, operation=name)


def _plainly_takes(method: Callable[..., Any], arguments: int) -> bool:
    """Whether it is an undecorated method that takes so many: `inspect` says the same, at forty times the cost."""
    if not isinstance(method, MethodType):
        return False
    function: object = method.__func__
    if not isinstance(function, FunctionType) or function.__dict__:
        return False
    code = function.__code__
    fewest = code.co_argcount - len(function.__defaults__ or ())
    return not code.co_kwonlyargcount and fewest <= 1 + arguments <= code.co_argcount


def _takes(method: Callable[..., Any], arguments: int) -> bool:
    if _plainly_takes(method, arguments):
        return True
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):  # something built in, which does not tell
        return True
    try:
        signature.bind(*range(arguments))
    except TypeError:
        return False
    return True
