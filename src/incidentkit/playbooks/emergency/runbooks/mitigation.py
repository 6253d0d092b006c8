"""Section 3: five ways to stop the bleeding, and whether that has worked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.runbooks.owners import COMMANDER, LEAD
from incidentkit.policy.parameter import Parameter
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Check, Include, Use

_OPTIONS: Final = "3. Mitigate, Quick Mitigation Options"
_VERIFY: Final = "3. Mitigate, Verify Mitigation"

SETTLING: Final = timedelta(minutes=5)
"""How long it may take until a mitigation is seen: the time that the dashboard looks back."""

VERIFY_MITIGATION: Final = Runbook(
    "verify mitigation",
    [
        Check(
            "health",
            "health_check.check",
            {"environment": "production"},
            what="Check health",
            patience=SETTLING,
            source=_VERIFY,
        ),
        Check(
            "metrics", "metrics.dashboard", {"last": SETTLING}, what="Check metrics", patience=SETTLING, source=_VERIFY
        ),
        Check(
            "logs",
            "logging.tail",
            {"filter": "error", "last": timedelta(minutes=1)},
            what="Check logs",
            patience=SETTLING,
            source=_VERIFY,
        ),
    ],
    owner=LEAD,
    what="See whether the mitigation has worked",
    notice=NOTICE,
    source=_VERIFY,
)
""""Verify Mitigation": each check fails once it has not become well in the time that it looks back."""


def _option(name: str, what: str, step: Use, *parameters: Parameter) -> Runbook:
    """One of the options, which is verified as all of them are."""
    return Runbook(
        name,
        [step, Include("verify", VERIFY_MITIGATION.name, what="Verify Mitigation", source=_VERIFY)],
        owner=LEAD,
        what=what,
        parameters=parameters,
        notice=NOTICE,
        source=step.source,
    )


REPLICAS: Final = Parameter(name="replicas", question="How many copies shall run?", kind="count", default=10)
"""How far to scale; ten copies, unless somebody says otherwise."""

# A rollback is not temporary: what it brings back has run before, and what it took away is fixed and deployed anew.
MITIGATIONS: Final = (
    _option(
        "disable feature",
        "Feature flag disable",
        Use(
            "disable",
            "feature_flag_tool.disable",
            {"features": "{features}"},
            what="Disable the feature",
            temporary=True,
            source=f"{_OPTIONS}, 1",
        ),
        Parameter(name="features", question="Which features?", kind="names"),
    ),
    _option(
        "roll back deployment",
        "Rollback deployment",
        Use(
            "rollback",
            "deploy_tool.rollback",
            {"version": "{version}"},
            what="Go back to the last good version",
            confirmed_by=COMMANDER,
            source=f"{_OPTIONS}, 2",
        ),
        Parameter(name="version", question="Which version was the last good one?"),
    ),
    _option(
        "scale resources",
        "Scale resources",
        Use(
            "scale",
            "orchestrator.scale",
            {"replicas": "{replicas}"},
            what="Have more copies run",
            temporary=True,
            source=f"{_OPTIONS}, 3",
        ),
        REPLICAS,
    ),
    _option(
        "break circuit",
        "Circuit breaker",
        Use(
            "break",
            "service_mesh.break_circuit",
            {"service": "{service}"},
            what="Let nothing call the service",
            temporary=True,
            source=f"{_OPTIONS}, 4",
        ),
        Parameter(name="service", question="Which service?"),
    ),
    _option(
        "route traffic away",
        "Traffic routing",
        Use(
            "route away",
            "load_balancer.route_away",
            {"instance": "{instance}"},
            what="Send no traffic to the bad instance",
            temporary=True,
            source=f"{_OPTIONS}, 5",
        ),
        Parameter(name="instance", question="Which instance is bad?"),
    ),
)
""""Quick Mitigation Options", in the order in which to think of them.

There is no runbook that tries one after the other: they are alternatives, and what is tried without need has to be
undone. "Protect data integrity" comes before all of them, which the rules say where data at risk is SEV-1.
"""
