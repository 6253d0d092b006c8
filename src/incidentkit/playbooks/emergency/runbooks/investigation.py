"""Section 4: what to gather before it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.runbooks.owners import LEAD
from incidentkit.policy.parameter import Argument
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Failure, Use

_SOURCE: Final = "4. Investigate, Gather Evidence"


def _gathered(name: str, operation: str, arguments: Mapping[str, Argument], what: str) -> Use:
    """A piece of evidence; what cannot be had holds up no other, since all of it gets older."""
    return Use(name, operation, arguments, what=what, on_failure=Failure.GO_ON, source=_SOURCE)


GATHER_EVIDENCE: Final = Runbook(
    "gather evidence",
    [
        _gathered("deployments", "deploy_tool.history", {"last": timedelta(hours=24)}, "Recent deployments"),
        _gathered("logs", "logging.search", {"level": "error", "last": timedelta(hours=1)}, "Error logs"),
        _gathered(
            "metrics", "metrics.query", {"query": "error_rate", "last": timedelta(hours=2)}, "Performance metrics"
        ),
        _gathered("database", "database.status", {}, "Database status"),
        _gathered("infrastructure", "cloud_provider.check", {}, "Infrastructure status"),
    ],
    owner=LEAD,
    what="Keep what shows what happened",
    notice=NOTICE,
    source=_SOURCE,
)
""""Gather Evidence": a store that keeps evidence has what the tools said, whole."""
