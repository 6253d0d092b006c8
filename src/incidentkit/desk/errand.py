"""Which provider of a toolbox each kind of request is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from attrs import frozen

from incidentkit.desk.toolbox import CHAT, ON_CALL, STATUS_PAGE, TRACKER, Toolbox, slot_of
from incidentkit.policy.act import ActKind
from incidentkit.policy.action import Action, Request
from incidentkit.policy.posting import words_of
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import SendPage
from incidentkit.providers.status_page import PublishStatus
from incidentkit.providers.tools import operations_of
from incidentkit.providers.tracker import CloseTicket, OpenTicket

_POSTINGS: Final[Mapping[type[Any], tuple[str, str]]] = {
    OpenChannel: (CHAT, "open_channel"),
    PostMessage: (CHAT, "post"),
    CloseChannel: (CHAT, "close_channel"),
    PublishStatus: (STATUS_PAGE, "publish"),
    OpenTicket: (TRACKER, "open_ticket"),
    CloseTicket: (TRACKER, "close_ticket"),
}
"""The slot and the method that each kind of posting is for."""


SLOTS: Final[Mapping[ActKind, str]] = {
    ActKind.OPEN_CHANNEL: CHAT,
    ActKind.OPEN_PRIVATE_CHANNEL: CHAT,
    ActKind.POST: CHAT,
    ActKind.CLOSE_CHANNEL: CHAT,
    ActKind.CLOSE_PRIVATE_CHANNEL: CHAT,
    ActKind.PUBLISH: STATUS_PAGE,
    ActKind.OPEN_TICKET: TRACKER,
    ActKind.CLOSE_TICKET: TRACKER,
}
"""The slot of the provider that does each kind of act."""


@frozen
class Errand:
    """A request, and the provider that it is for."""

    slot: str
    call: Callable[[], object] | None
    """Does it; `None` if nobody is there to do it."""
    missing: str
    """What to say then."""


def errand_of(action: Action, toolbox: Toolbox) -> Errand:
    """What provider an action is for, and how to call it."""
    request = action.request
    if action.slot:
        return _of_tool(action.slot, request, toolbox)
    match request:
        case SendPage(method=method):
            pager, missing = toolbox.pagers.get(method), f"no pager for {method} is in the toolbox"
            page = None if pager is None else partial(pager.page, request)
            return Errand(slot_of(method), page, f"{missing}: somebody has to do it")
        case FindOnCall():
            system = toolbox.on_call
            ask = None if system is None else partial(system.on_call, request)
            return Errand(ON_CALL, ask, "no on-call system is in the toolbox")
        case _:
            slot, method = _POSTINGS[type(request)]
            provider = dict(toolbox.slots()).get(slot)
            post = None if provider is None else partial(getattr(provider, method), request)
            return Errand(slot, post, f"no {slot} is in the toolbox: somebody has to {words_of(request)}")


def _of_tool(slot: str, request: Request, toolbox: Toolbox) -> Errand:
    """How to ask a tool."""
    tool = dict(toolbox.slots()).get(slot)
    asked = next(each for each in operations_of(slot) if each.request is type(request))
    call = None if tool is None else partial(getattr(tool, asked.method), request)
    return Errand(slot, call, f"no {slot} is in the toolbox: somebody has to do it")


def through(action: Action) -> str:
    """What an action goes through: a contact method, or the slot of a provider."""
    request = action.request
    if action.slot:
        return action.slot
    if isinstance(request, SendPage):
        return request.method
    return ON_CALL if isinstance(request, FindOnCall) else _POSTINGS[type(request)][0]
