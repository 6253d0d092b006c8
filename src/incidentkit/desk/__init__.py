"""The loop: plan, perform, record."""

from __future__ import annotations

from importlib import import_module

from incidentkit.desk.desk import Desk as Desk
from incidentkit.desk.flows.inquiry import Preview as Preview
from incidentkit.desk.flows.submission import Result as Result
from incidentkit.desk.notices import LogObserver as LogObserver
from incidentkit.desk.notices import Notice as Notice
from incidentkit.desk.notices import Observer as Observer
from incidentkit.desk.toolbox import Toolbox as Toolbox

TYPE_CHECKING = False

if TYPE_CHECKING:
    from incidentkit.desk.async_desk import AsyncDesk as AsyncDesk

__all__ = ["AsyncDesk", "Desk", "LogObserver", "Notice", "Observer", "Preview", "Result", "Toolbox"]


def __getattr__(name: str) -> object:
    """The desk for event loops, on first use: whoever has none does not load asyncio."""
    if name != "AsyncDesk":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = import_module(f"{__name__}.async_desk").AsyncDesk
    globals()[name] = value
    return value
