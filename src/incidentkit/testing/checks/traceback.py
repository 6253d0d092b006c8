"""Which lines of ours pytest leaves out of a traceback: those on the way of an error that is raised on purpose.

A module says so in its ``__tracebackhide__``. What is left are the line of the test and our report; of anything else
that goes wrong every line is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from typing import Any, Final

from incidentkit.errors import IncidentkitError

ON_PURPOSE: Final[Callable[[Any], bool]] = methodcaller("errisinstance", IncidentkitError)
"""Asks the ``ExceptionInfo`` of pytest whether it caught an error of ours."""
