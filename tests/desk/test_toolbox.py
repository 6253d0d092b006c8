"""The places of a toolbox beside the pagers: each is checked, refused, diagnosed and closed by its slot."""

from __future__ import annotations

import asyncio
from functools import partialmethod
from typing import Any

import pytest

from incidentkit import EMERGENCY, AsyncDesk, Desk, Directory, Playbook, Toolbox
from incidentkit.errors import Misconfigured, ProviderUnavailable
from incidentkit.memory import (
    MemoryChat,
    MemoryDeployments,
    MemoryOnCall,
    MemoryPager,
    MemoryStatusPage,
    MemoryStore,
    MemoryTools,
    MemoryTracker,
)
from incidentkit.providers.answer import Receipt
from incidentkit.providers.chat import PostMessage
from incidentkit.providers.deployments import RollBack
from incidentkit.providers.status_page import PublishStatus
from incidentkit.providers.tools import OPERATIONS, TOOLS, Operation
from incidentkit.providers.tracker import CloseTicket, FindTickets, FoundTickets

PLAYBOOK = Playbook(name="desk", rules=EMERGENCY.rules)
SLOTS = {
    "on_call": "on-call",
    "chat": "chat",
    "status_page": "status-page",
    "tracker": "tracker",
    **{tool.slot: tool.slot for tool in TOOLS},
}


def providers() -> dict[str, Any]:
    return {
        "on_call": MemoryOnCall({}),
        "chat": MemoryChat(),
        "status_page": MemoryStatusPage(),
        "tracker": MemoryTracker(),
        **MemoryTools().by_slot,
    }


def test_what_is_filled_has_a_slot() -> None:
    assert list(Toolbox().slots()) == []
    given = providers()
    toolbox = Toolbox(pagers={"phone": (pager := MemoryPager())}, **given)
    assert list(toolbox.slots()) == [("pagers['phone']", pager), *((SLOTS[name], given[name]) for name in given)]


@pytest.mark.parametrize("name", SLOTS)
def test_a_provider_of_another_kind_is_refused_by_its_slot(name: str) -> None:
    provider: Any
    for other, provider in [*providers().items(), ("pagers", MemoryPager())]:
        if other != name and not isinstance(provider, providers()[name].__class__):
            with pytest.raises(Misconfigured, match=rf"{SLOTS[name]}: .* has no method"):
                Toolbox(**{name: provider})


def test_a_method_that_cannot_be_called_with_a_request_is_refused() -> None:
    class NoTicket(MemoryTracker):
        close_ticket: Any = MemoryTracker.diagnose

    class NoText(MemoryTracker):
        search_tickets: Any = MemoryTracker.diagnose

    with pytest.raises(Misconfigured, match=r"tracker: NoTicket\.close_ticket is to be called with 1 argument\(s\)"):
        Toolbox(tracker=NoTicket())
    with pytest.raises(Misconfigured, match=r"tracker: NoText\.search_tickets is to be called with 1 argument\(s\)"):
        Toolbox(tracker=NoText())


class Ways:
    def plain(self, request: object) -> None: ...
    def optional(self, request: object, more: int = 1) -> None: ...
    def several(self, *requests: object) -> None: ...
    def named(self, request: object, *, more: int = 1) -> None: ...
    def none(self) -> None: ...
    def two(self, request: object, more: int) -> None: ...
    def named_too(self, request: object, *, more: int) -> None: ...

    @staticmethod
    def alone(request: object) -> None: ...

    begun = partialmethod(two, more=1)


@pytest.mark.parametrize(
    ("way", "is_taken"),
    [
        *[(way, True) for way in ("plain", "optional", "several", "named", "alone", "begun")],
        *[(way, False) for way in ("none", "two", "named_too")],
    ],
)
def test_a_method_is_taken_if_it_can_be_called_with_a_request(way: str, is_taken: bool) -> None:
    page: Any = type("Page", (MemoryStatusPage,), {"publish": vars(Ways)[way]})
    if is_taken:
        assert Toolbox(status_page=page()).status_page is not None
    else:
        with pytest.raises(Misconfigured, match="publish is to be called with 1 argument"):
            Toolbox(status_page=page())


@pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: each.name)
def test_a_tool_needs_every_method_that_the_table_names(each: Operation) -> None:
    class Tool:
        diagnose = MemoryTracker.diagnose

    for other in OPERATIONS:
        if other.tool == each.tool and other is not each:
            setattr(Tool, other.method, MemoryTracker.search_tickets)
    provider: Any = Tool()
    with pytest.raises(Misconfigured, match=rf"{each.slot}: .* has no method '{each.method}', which its protocol"):
        Toolbox(**{each.slot: provider})


def test_a_tracker_need_not_be_searched() -> None:
    class Files:
        open_ticket = MemoryTracker.open_ticket
        close_ticket = MemoryTracker.close_ticket
        diagnose = MemoryTracker.diagnose

    provider: Any = Files()
    assert list(Toolbox(tracker=provider).slots()) == [("tracker", provider)]


class AsyncChat(MemoryChat):
    async def post(self, request: PostMessage, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().post(request)


class AsyncStatusPage(MemoryStatusPage):
    async def publish(self, request: PublishStatus, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().publish(request)


class AsyncTracker(MemoryTracker):
    async def close_ticket(self, request: CloseTicket, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().close_ticket(request)


class AsyncSearch(MemoryTracker):
    async def search_tickets(self, request: FindTickets, /) -> FoundTickets:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().search_tickets(request)


class AsyncDeployments(MemoryDeployments):
    async def rollback(self, request: RollBack, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().rollback(request)


@pytest.mark.parametrize(
    ("name", "provider", "method"),
    [
        ("deploy_tool", AsyncDeployments(), "rollback"),
        ("support", AsyncSearch(), "search_tickets"),
        ("chat", AsyncChat(), "post"),
        ("status_page", AsyncStatusPage(), "publish"),
        ("tracker", AsyncTracker(), "close_ticket"),
        ("tracker", AsyncSearch(), "search_tickets"),
    ],
)
def test_what_has_to_be_awaited_is_for_an_async_desk_alone(name: str, provider: Any, method: str) -> None:
    toolbox = Toolbox(**{name: provider})
    with pytest.raises(Misconfigured, match=rf"{SLOTS[name]}: '{method}' is async: give the provider to an AsyncDesk"):
        Desk(PLAYBOOK, Directory(), toolbox, MemoryStore())
    AsyncDesk(PLAYBOOK, Directory(), toolbox, MemoryStore())


def test_a_desk_diagnoses_every_slot_that_is_filled() -> None:
    given = providers()
    given["chat"].fault = ProviderUnavailable("it is being moved")
    with Desk(PLAYBOOK, Directory(), Toolbox(**given), MemoryStore()) as desk:
        found = desk.diagnose()
    healthy = {slot: diagnosis.healthy for slot, diagnosis in found.items()}
    assert healthy == {slot: slot != "chat" for slot in SLOTS.values()}
    assert found["chat"].problem == "it is being moved"


def test_every_place_is_closed_once() -> None:
    closed: list[str] = []

    class Everything(MemoryChat, MemoryStatusPage):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def close(self) -> None:
            closed.append(self.name)

    both = Everything("both")
    with Toolbox(chat=both, status_page=both):
        pass
    asyncio.run(Toolbox(chat=Everything("chat"), status_page=Everything("page")).aclose())
    assert closed == ["both", "chat", "page"]
