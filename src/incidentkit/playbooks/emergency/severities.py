"""The severity table: four severities with their clocks, and the incidents that section 2 tells apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.targets import Target, Targets
from incidentkit.policy.situation import severity_of, worst_severity_of

UPDATES: Final = Target(timedelta(minutes=15), repeats=True)
"""Section 2 and the templates: an update every 15 minutes for SEV-1 and SEV-2."""


def _targets(response: timedelta, update: Target | None = None) -> Targets:
    """The clocks of a severity; section 5 sets the response time as the target for resolving too."""
    return Targets(respond=response, resolve=response, update=update)


SEV_1, SEV_2, SEV_3, SEV_4 = SCHEME = SeverityScheme(
    Severity(
        "SEV-1",
        name="Critical",
        criteria="Production down, data loss, security breach",
        targets=_targets(timedelta(minutes=15), UPDATES),
    ),
    Severity(
        "SEV-2",
        name="High",
        criteria="Major feature broken, significant degradation",
        targets=_targets(timedelta(hours=1), UPDATES),
    ),
    Severity(
        "SEV-3",
        name="Medium",
        criteria="Minor feature issue, partial functionality",
        targets=_targets(timedelta(hours=4)),
    ),
    Severity(
        "SEV-4",
        name="Low",
        criteria="Cosmetic issues, documentation errors",
        targets=_targets(timedelta(hours=24)),
    ),
    name="emergency",
)

SEVERITY: Final = severity_of(SCHEME)
WORST_SEVERITY: Final = worst_severity_of(SCHEME)

URGENT: Final = WORST_SEVERITY >= SEV_2
"""Section 2, "For SEV-1 & SEV-2"."""

ORDINARY: Final = WORST_SEVERITY < SEV_2
"""Section 2, "For SEV-3 & SEV-4"."""
