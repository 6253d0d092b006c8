"""Linting: what a playbook and its directory are allowed to say, and would not want to.

Nothing that is found here is an error, and what cannot be decided is not found: each finding can be relied on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Final

from incidentkit.errors import FieldInvalid, shown
from incidentkit.model.identity import moment
from incidentkit.policy.checklist_checks import ON_CHECKLIST
from incidentkit.policy.communication_checks import ON_COMMUNICATION
from incidentkit.policy.directory import Directory
from incidentkit.policy.directory_checks import ON_DIRECTORY
from incidentkit.policy.escalation_checks import ON_ESCALATION
from incidentkit.policy.finding import Finding
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.rollback_checks import ON_ROLLBACK
from incidentkit.policy.runbook_checks import ON_RUNBOOK
from incidentkit.policy.staffing import Staffing

AHEAD: Final = timedelta(days=14)
"""How far schedules are looked at unless told otherwise."""


def lint(
    playbook: Playbook, directory: Directory | None = None, *, at: datetime | None = None, ahead: timedelta = AHEAD
) -> tuple[Finding, ...]:
    """What is unwise about a playbook, and about the people it is to reach if a directory is given; sorted.

    ``at`` is the moment from which on schedules are looked at, for as long as ``ahead`` says. Without it nothing is
    said of gaps and overrides, and everybody whom a schedule names is taken to be on call at some time.

    Raises `ScheduleInvalid` for a time for which schedules do not answer, and `FieldInvalid` for another argument.
    """
    _check_arguments(playbook, directory)
    if type(ahead) is not timedelta or ahead <= timedelta():
        raise FieldInvalid("ahead", "schedules are looked at for some time ahead")
    since = None if at is None else moment("at", at)
    if since is not None:
        ahead = min(ahead, datetime.max.replace(tzinfo=UTC) - since)
    found: list[Finding] = []
    if playbook.escalation is not None:
        found += (finding for check in ON_ESCALATION for finding in check(playbook, playbook.escalation))
    if playbook.communication is not None:
        found += (finding for check in ON_COMMUNICATION for finding in check(playbook, playbook.communication))
    for index, checklist in enumerate(playbook.checklists):
        found += (finding for check in ON_CHECKLIST for finding in check(f"checklists[{index}]", checklist))
    if playbook.rollback is not None:
        found += (finding for check in ON_ROLLBACK for finding in check(playbook.rollback))
    for index, runbook in enumerate(playbook.runbooks):
        found += (finding for check in ON_RUNBOOK for finding in check(f"runbooks[{index}]", runbook))
    if directory is not None:
        staffing = Staffing(playbook, directory, since, ahead)
        found += (finding for check in ON_DIRECTORY for finding in check(staffing))
    return tuple(sorted(dict.fromkeys(found)))


def _check_arguments(playbook: object, directory: object) -> None:
    if not isinstance(playbook, Playbook):
        problem = f"a Playbook is looked at, and its Directory comes after it, not {shown(playbook)}"
        raise FieldInvalid("playbook", problem)
    if not isinstance(directory, Directory | NoneType):
        raise FieldInvalid("directory", f"a Directory is expected, not {shown(directory)}")
