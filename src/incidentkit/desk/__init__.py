"""The loop: plan, perform, record."""

from __future__ import annotations

from incidentkit.desk.async_desk import AsyncDesk as AsyncDesk
from incidentkit.desk.desk import Desk as Desk
from incidentkit.desk.flows import Preview as Preview
from incidentkit.desk.flows import Result as Result
from incidentkit.desk.notices import LogObserver as LogObserver
from incidentkit.desk.notices import Notice as Notice
from incidentkit.desk.notices import Observer as Observer
from incidentkit.desk.toolbox import Toolbox as Toolbox

__all__ = ["AsyncDesk", "Desk", "LogObserver", "Notice", "Observer", "Preview", "Result", "Toolbox"]
