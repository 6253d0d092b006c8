"""What follows when an incident that runs goes on by another playbook, whichever the two are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from incidentkit.model.action import Outcome
from incidentkit.model.events import Became, PlaybookChanged
from incidentkit.policy.directory import Directory
from incidentkit.policy.planning import preview
from incidentkit.testing import attended, directories, playbooks

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


@given(data=st.data())
def test_any_playbook_goes_on_where_any_other_left_off(data: st.DataObject) -> None:
    directory: Directory = data.draw(directories())
    old, new = data.draw(st.tuples(playbooks(directory), playbooks(directory)))
    incident = data.draw(attended(old, directory, at=START))
    now = incident.as_of + data.draw(st.sampled_from([timedelta(), timedelta(minutes=7), timedelta(hours=3)]))
    moved = PlaybookChanged(
        incident=incident.id, at=now, by=incident.moved_by, recorded_at=now, playbook="new", reason="x"
    )
    assume(incident.can("change_playbook"))
    incident = incident.extended([moved])
    wanted = {each.id for each in new.obligations}
    for step in preview(incident, new, directory, now=now, until=now + timedelta(hours=1)):
        for action in step.actions:
            tried = incident.progress.tried.get(action.key)
            assert action.key.obligation in wanted
            assert tried is None or tried.outcome not in (Outcome.SUCCEEDED, Outcome.FAILED)
        for decision in step.decisions:
            assert decision.at >= now
            key = (getattr(decision, "obligation", ""), getattr(decision, "instance", ""))
            assert not isinstance(decision, Became) or key not in incident.progress.in_force
