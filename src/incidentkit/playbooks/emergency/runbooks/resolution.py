"""Section 5: the fix, and whether it has worked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.facts import RELOAD_NEEDED
from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.rollback import QUICK
from incidentkit.playbooks.emergency.runbooks.mitigation import SETTLING
from incidentkit.playbooks.emergency.runbooks.owners import COMMANDER, LEAD
from incidentkit.policy.parameter import Parameter
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Check, Instruct, Use
from incidentkit.providers.tracker import MOST_TICKETS

_HOTFIX: Final = "5. Resolve, For Hotfix"
_CONFIGURATION: Final = "5. Resolve, For Configuration Change"
_VERIFY: Final = "5. Resolve, Verify Resolution"

_WINDOW: Final = timedelta(minutes=15)
"""How far to look back; so long, too, until what was before the fix is not seen any more."""

HOTFIX: Final = Runbook(
    "hotfix",
    [
        Use(
            "branch",
            "vcs_tool.create_branch",
            {"branch": "hotfix/{issue}"},
            what="Create hotfix branch",
            source=_HOTFIX,
        ),
        Instruct("fix", what="Implement minimal fix: edit files", source=_HOTFIX),
        Check("test", "test_runner.run", what="Test fix", source=_HOTFIX),
        Use(
            "commit",
            "vcs_tool.commit",
            {"message": "fix: [{severity}] resolve critical issue"},
            what="Commit",
            source=_HOTFIX,
        ),
        Use("push", "vcs_tool.push", {"branch": "hotfix/{issue}"}, what="Push", source=_HOTFIX),
        Use(
            "deploy",
            "deploy_tool.deploy",
            {"environment": "production", "fast_track": True},
            what="Fast-track deployment",
            confirmed_by=COMMANDER,
            source=_HOTFIX,
        ),
    ],
    owner=LEAD,
    what="Fix it, by as little as it takes",
    parameters=[Parameter(name="issue", question="What is the issue, as a part of the name of a branch?")],
    fits=QUICK,
    notice=NOTICE,
    source=_HOTFIX,
)
""""For Hotfix". It fits where the tree says so: "Can we fix in < 30 min?"."""

CHANGE_CONFIGURATION: Final = Runbook(
    "configuration change",
    [
        Use(
            "set",
            "config_tool.set",
            {"name": "{key}", "value": "{value}", "environment": "production"},
            what="Update configuration",
            source=_CONFIGURATION,
        ),
        Use(
            "get",
            "config_tool.get",
            {"name": "{key}", "environment": "production"},
            what="Verify change",
            source=_CONFIGURATION,
        ),
        Use(
            "reload",
            "orchestrator.restart",
            {"service": "{service}"},
            what="Reload services if needed",
            when=RELOAD_NEEDED,
            confirmed_by=COMMANDER,
            source=_CONFIGURATION,
        ),
    ],
    owner=LEAD,
    what="Fix it by a setting",
    parameters=[
        Parameter(name="key", question="Which setting?"),
        Parameter(name="value", question="What shall it be?"),
        Parameter(name="service", question="Which service goes by it?"),
    ],
    notice=NOTICE,
    source=_CONFIGURATION,
)
""""For Configuration Change"."""

VERIFY_RESOLUTION: Final = Runbook(
    "verify resolution",
    [
        Check(
            "health",
            "health_check.check",
            {"environment": "production"},
            what="Health check",
            patience=SETTLING,
            source=_VERIFY,
        ),
        Check(
            "errors",
            "metrics.errors",
            {"last": _WINDOW},
            what="Error rates back to normal?",
            patience=_WINDOW,
            source=_VERIFY,
        ),
        # How many reports are too many a person has to see, so whatever it finds is an answer.
        Use(
            "reports",
            "support.search_tickets",
            {"last": _WINDOW, "limit": MOST_TICKETS},
            what="User reports stopped?",
            source=_VERIFY,
        ),
        Check(
            "smoke tests",
            "test_runner.run",
            {"suite": "smoke", "environment": "production"},
            what="Run smoke tests",
            source=_VERIFY,
        ),
    ],
    owner=LEAD,
    what="See whether it is resolved",
    notice=NOTICE,
    source=_VERIFY,
)
""""Verify Resolution"."""
