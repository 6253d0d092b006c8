"""What a desk does, written once: load, plan, record, perform. Nothing here touches the world.

Flows ask for effects, and a driver carries them out: `Desk` one after the other, `AsyncDesk` awaiting them. The log is
the lock: decisions and claims are appended at the version that was read, so of two desks one is first, and the other
reads again.
"""

from __future__ import annotations

from incidentkit.desk.flows.inquiry import audit as audit
from incidentkit.desk.flows.inquiry import blockers as blockers
from incidentkit.desk.flows.inquiry import check_run as check_run
from incidentkit.desk.flows.inquiry import diagnose as diagnose
from incidentkit.desk.flows.inquiry import find as find
from incidentkit.desk.flows.inquiry import foresee as foresee
from incidentkit.desk.flows.inquiry import lateness as lateness
from incidentkit.desk.flows.inquiry import search as search
from incidentkit.desk.flows.inquiry import standing as standing
from incidentkit.desk.flows.log import load as load
from incidentkit.desk.flows.round import tick as tick
from incidentkit.desk.flows.runbooks import rehearse as rehearse
from incidentkit.desk.flows.runbooks import report as report
from incidentkit.desk.flows.submission import declaration as declaration
from incidentkit.desk.flows.submission import declare as declare
from incidentkit.desk.flows.submission import given as given
from incidentkit.desk.flows.submission import record as record
from incidentkit.desk.flows.submission import submit as submit
