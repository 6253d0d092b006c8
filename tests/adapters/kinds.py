"""Tools that are waited for and tools that are awaited, asked in one way."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from incidentkit.adapters import AsyncCommandTools, CommandTools
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.tools import operation

Kind: TypeAlias = type[CommandTools] | type[AsyncCommandTools]

KINDS: Final[tuple[Kind, ...]] = (CommandTools, AsyncCommandTools)

INCIDENT: Final = IncidentId("INC-7")
KEY: Final = "5f" * 32


def request_of(name: str, /, **values: Any) -> Any:
    """A request for the operation of that name."""
    asked = operation(name)
    key = {"key": KEY} if asked.changes else {}
    return asked.request(incident=INCIDENT, **key, **values)


def ask(tools: CommandTools | AsyncCommandTools, name: str, /, **values: Any) -> Any:
    """What a tool answers, whichever kind it is of."""
    slot, _, method = name.partition(".")
    return answered(lambda: getattr(provider_of(tools, slot), method)(request_of(name, **values)))


def diagnosed(tools: CommandTools | AsyncCommandTools, slot: str) -> Diagnosis:
    """Whether a tool could do its work, whichever kind it is of."""
    diagnosis: Diagnosis = answered(provider_of(tools, slot).diagnose)
    return diagnosis


def answered(call: Callable[[], Any]) -> Any:
    """What a call answers, once it has."""

    async def settled() -> Any:
        answer = call()
        return await answer if inspect.isawaitable(answer) else answer

    return asyncio.run(settled())


def provider_of(tools: CommandTools | AsyncCommandTools, slot: str) -> Any:
    """What asks the tool of that slot."""
    slots: Mapping[str, Any] = {**tools.slots()}
    return slots[slot]
