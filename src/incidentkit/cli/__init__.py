"""The command line: ``python -m incidentkit``, or ``incidentkit`` where the package is installed."""

from __future__ import annotations

from incidentkit.cli.program import main as main

__all__ = ["main"]
