"""A desk for programs with an event loop: the same methods as `Desk`, to be awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from inspect import isawaitable
from types import TracebackType
from typing import Any, Self

from incidentkit.desk import flows
from incidentkit.desk.async_crew import AsyncCrew
from incidentkit.desk.async_signals import stopping
from incidentkit.desk.charter import Charter, checked_places
from incidentkit.desk.company import Company
from incidentkit.desk.desk import BATCH, new_id
from incidentkit.desk.flows.inquiry import Preview
from incidentkit.desk.flows.submission import Result
from incidentkit.desk.notices import Interrupted, LogObserver, Observer, Resumed
from incidentkit.desk.setbacks import Lapses, Setbacks
from incidentkit.desk.toolbox import Toolbox
from incidentkit.errors import DeskInvalid, expect
from incidentkit.model.commands import (
    Acknowledge,
    Assign,
    Close,
    Command,
    Decline,
    Escalate,
    Fulfil,
    Mitigate,
    Note,
    Reopen,
    Resolve,
    Snooze,
    StartMitigation,
    Update,
    Waive,
)
from incidentkit.model.identity import IncidentId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import FactSource
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.rehearsal import Rehearsal, RunReport
from incidentkit.policy.standing import Blocker, Owings
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.store import Audit, IncidentStore


class AsyncDesk:
    """What a `Desk` is, in an event loop: plans, performs and records, for all incidents of a store.

    Providers and the store may be written with ``def`` or with ``async def``. Those with ``def`` run in threads, each
    slot in up to ``places`` of its own and the store in one, so nothing holds up the loop.

    Any loop may read, submit and `diagnose`, also beside another one in another thread if the providers and the store
    can be awaited in both; one loop at a time may `tick`, `run` or `shut_down`, and waits for what began in it.

    Raises what `Desk` raises, but takes what has to be awaited.
    """

    def __init__(
        self,
        playbook: Playbook | Iterable[Playbook],
        directory: Directory,
        toolbox: Toolbox,
        store: IncidentStore,
        *,
        name: str = "desk",
        namespace: str = "",
        deadline: timedelta = timedelta(seconds=30),
        lease: timedelta = timedelta(seconds=90),
        places: int = 8,
        observers: Iterable[Observer] = (LogObserver(),),
    ) -> None:
        self._charter = Charter(
            playbooks=playbook,
            directory=directory,
            toolbox=toolbox,
            store=store,
            name=name,
            namespace=namespace,
            deadline=deadline,
            lease=lease,
            observers=observers,
        )
        self._crew = AsyncCrew(checked_places(places, least=1))
        self._company = Company(new_id())
        self._setbacks = Setbacks()
        self._lapses = Lapses()

    async def declare(
        self,
        title: str,
        *,
        by: str,
        facts: FactSource | None = None,
        triage: Triage[Any] | None = None,
        severity: Severity[Any] | None = None,
        id: str | None = None,
        at: datetime | None = None,
        started_at: datetime | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Incident:
        """Begin an incident; what follows from it is done by `tick` or `run`.

        Without ``triage`` or ``severity``, the playbook's rules decide by the ``facts``, or by nothing. ``id`` is made
        up if not given. ``at`` is now if not given. ``labels`` are what it is found by later, and nothing that may have
        to be taken out. Raises what `Incident.declare` raises, and `IncidentExists`.
        """
        make = flows.declaration(
            self._charter,
            id=new_id() if id is None else id,
            title=title,
            by=by,
            facts=facts,
            triage=triage,
            severity=severity,
            at=at,
            started_at=started_at,
            labels=labels,
        )
        return await self._crew.run(flows.declare(self._charter, make))

    async def load(self, incident: str) -> Incident:
        """Read an incident; raises `UnknownIncident`."""
        return await self._crew.run(flows.load(self._charter, incident))

    async def find(
        self,
        *,
        statuses: Iterable[Status] = ACTIVE,
        severities: Iterable[Severity[Any] | str] | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        labels: Mapping[str, str] | None = None,
        text: str = "",
        limit: int = 100,
        after: str | None = None,
    ) -> tuple[IncidentId, ...]:
        """Incidents that are all of what is asked for, those first that came last; at the most so many.

        They are in one of the statuses and have one of the severities; they were declared ``since`` or later, and
        ``before``; they have all of the ``labels``; and people wrote in them each word of the ``text``, which may be
        the beginning of one, in any order. ``after`` is the last one of the page before.

        Raises `UnknownIncident` if there is none of that name, `DeskInvalid` for what is no status, and `FieldInvalid`
        for a limit, a time or a text that makes no sense.
        """
        request = flows.search(
            statuses,
            severities=severities,
            since=since,
            before=before,
            labels=labels,
            text=text,
            limit=limit,
            after=after,
        )
        return await self._crew.run(flows.find(self._charter, request))

    async def submit(self, incident: str, command: Command) -> Result:
        """Record a command, after the decisions that were due before it; at a tie the command goes first.

        Raises what `Incident.apply` raises, `UnknownIncident`, `UnknownLevel`, and `UnknownPlaybook` or `SchemesDiffer`
        for a playbook that this desk does not have, or that does not have the severity of the incident. Then nothing
        was written, not even those decisions: the next `tick` writes them. A command is stale if the log has something
        newer than it was based on, other than the tries of a desk.
        """
        return await self._crew.run(flows.submit(self._charter, incident, lambda now: command))

    async def _ask(self, incident: str, make: Callable[[datetime], Command]) -> Result:
        return await self._crew.run(flows.submit(self._charter, incident, make))

    async def acknowledge(self, incident: str, *, by: str, at: datetime | None = None, note: str = "") -> Result:
        """The responder ``by`` has it; ``at`` is now if not given, here and below."""
        return await self._ask(incident, lambda now: Acknowledge(at=flows.given(at, now), by=by, note=note))

    async def decline(self, incident: str, *, by: str, at: datetime | None = None, reason: str = "") -> Result:
        """The responder ``by`` cannot take it."""
        return await self._ask(incident, lambda now: Decline(at=flows.given(at, now), by=by, reason=reason))

    async def assign(self, incident: str, role: Role, *, to: str, by: str, at: datetime | None = None) -> Result:
        """The person ``to`` has a role from now on."""
        return await self._ask(incident, lambda now: Assign(role, at=flows.given(at, now), by=by, to=to))

    async def escalate(
        self,
        incident: str,
        level: str,
        *,
        by: str,
        at: datetime | None = None,
        reason: str = "",
        based_on: int | None = None,
    ) -> Result:
        """Bring in a level of the playbook's escalation now; once it was reached, page its people again.

        Raises `UnknownLevel` for a level that the playbook of the incident does not have.
        """
        return await self._ask(
            incident, lambda now: Escalate(level, at=flows.given(at, now), by=by, reason=reason, based_on=based_on)
        )

    async def start_mitigation(self, incident: str, *, by: str, at: datetime | None = None, note: str = "") -> Result:
        """Work on stopping the effects began."""
        return await self._ask(incident, lambda now: StartMitigation(at=flows.given(at, now), by=by, note=note))

    async def mitigated(self, incident: str, *, by: str, at: datetime | None = None, note: str = "") -> Result:
        """Users are served again."""
        return await self._ask(incident, lambda now: Mitigate(at=flows.given(at, now), by=by, note=note))

    async def resolve(self, incident: str, *, by: str, at: datetime | None = None, note: str = "") -> Result:
        """It is over."""
        return await self._ask(incident, lambda now: Resolve(at=flows.given(at, now), by=by, note=note))

    async def reopen(self, incident: str, *, by: str, reason: str, at: datetime | None = None) -> Result:
        """It was not over."""
        return await self._ask(incident, lambda now: Reopen(at=flows.given(at, now), by=by, reason=reason))

    async def close(
        self, incident: str, *, by: str, at: datetime | None = None, waivers: Mapping[str, str] | None = None
    ) -> Result:
        """Nothing is left to do.

        Raises `ClosureBlocked` while something is owed that is not waived; ``waivers`` have a reason for each.
        """
        waived: Mapping[str, str] = {} if waivers is None else waivers
        return await self._ask(incident, lambda now: Close(at=flows.given(at, now), by=by, waivers=waived))

    async def note(self, incident: str, text: str, *, by: str, at: datetime | None = None) -> Result:
        """Write something down."""
        return await self._ask(incident, lambda now: Note(text, at=flows.given(at, now), by=by))

    async def update(
        self,
        incident: str,
        text: str,
        *,
        by: str,
        next_steps: str = "",
        eta: str = "",
        public: str = "",
        at: datetime | None = None,
    ) -> Result:
        """Tell those who wait what goes on; ``public`` is what everybody may read of it."""
        return await self._ask(
            incident,
            lambda now: Update(text, at=flows.given(at, now), by=by, next_steps=next_steps, eta=eta, public=public),
        )

    async def fulfil(
        self, incident: str, obligation: str, *, by: str, note: str = "", at: datetime | None = None
    ) -> Result:
        """Something that is owed is done.

        Raises `UnknownObligation` for what the playbook of the incident does not want, or people cannot do.
        """
        return await self._ask(incident, lambda now: Fulfil(obligation, at=flows.given(at, now), by=by, note=note))

    async def waive(
        self, incident: str, obligation: str, *, by: str, reason: str, at: datetime | None = None
    ) -> Result:
        """Something that is owed will not be done. Raises what `fulfil` raises."""
        return await self._ask(incident, lambda now: Waive(obligation, at=flows.given(at, now), by=by, reason=reason))

    async def obligations(self, incident: str) -> Owings:
        """What people owe in it, and how it stands with that."""
        return await self._crew.run(flows.standing(self._charter, incident))

    async def closure_blockers(self, incident: str) -> tuple[Blocker, ...]:
        """What is left to do before it is closed."""
        return await self._crew.run(flows.blockers(self._charter, incident))

    async def snooze(
        self, incident: str, *, by: str, until: datetime, reason: str, at: datetime | None = None
    ) -> Result:
        """Pages are held until a time; clocks go on."""
        return await self._ask(incident, lambda now: Snooze(at=flows.given(at, now), by=by, until=until, reason=reason))

    async def preview(self, incident: str, *, within: timedelta) -> Preview:
        """What will happen within that time if nobody does anything."""
        return await self._crew.run(flows.foresee(self._charter, incident, within))

    async def dry_run(
        self, incident: str, runbook: str, *, parameters: Mapping[str, object] | None = None
    ) -> Rehearsal:
        """What a runbook would do in it, step by step, without doing any of it.

        Raises `UnknownRunbook` and `ParametersInvalid`.
        """
        return await self._crew.run(flows.rehearse(self._charter, incident, runbook, parameters or {}))

    async def runs(self, incident: str) -> Sequence[RunReport]:
        """The runbooks that were started in it, and how far each has come."""
        return await self._crew.run(flows.report(self._charter, incident))

    async def audit(self, *, grace: timedelta = timedelta(minutes=5)) -> Audit:
        """Whether any open incident should have been looked at and was not, by more than the grace.

        Be it that nobody looked, or that whenever this desk did it could not make a plan.
        """
        return await self._crew.run(flows.audit(self._charter, self._setbacks, flows.lateness(grace)))

    async def diagnose(self) -> Mapping[str, Diagnosis]:
        """Whether each provider could do its work now, by its slot; also what a playbook needs and nobody provides.

        Reaches nobody. A provider that raises, hangs or answers with something else is not healthy.
        """
        found: dict[str, Diagnosis] = {}
        await asyncio.gather(
            *(self._crew.run(flows.diagnose(self._charter, slot, found)) for slot in self._charter.slots)
        )
        return {slot: found[slot] for slot in self._charter.slots}

    async def tick(self, *, limit: int = BATCH) -> int:
        """Look at the incidents that are due, do what is to be done, and wait until that has ended.

        Gives how many incidents were looked at; when it is 0, nothing was due. An incident that cannot be looked at is
        told as `Failed` and left alone for a while. Raises what the store raises when it is asked what is due.
        """
        done = await self._crew.run(flows.tick(self._charter, self._company, self._setbacks, limit))
        await self._crew.finish()
        return done.looked_at

    async def run(
        self,
        *,
        stop: asyncio.Event | None = None,
        poll: timedelta = timedelta(seconds=1),
        audit: timedelta = timedelta(minutes=5),
        heartbeat: Callable[[], object] | None = None,
    ) -> None:
        """Look at what is due again and again, until ``stop`` is set, the task is cancelled or a signal asks to end.

        Waits ``poll`` when nothing was due. Every ``audit`` it looks for forgotten incidents, and calls ``heartbeat``
        only if there are none: whoever misses the heartbeat knows that nobody is watching. A store that cannot be
        reached is reported and asked again. Ends when the actions that had begun have ended, or their deadline has, and
        what came of them is recorded or given up, as `shut_down` does; to cancel it a second time waits for nothing.

        Raises `DeskInvalid`, before it looks at anything, for what it cannot run by.

        In the main thread it hears SIGINT and SIGTERM where the loop can, unless they are ignored or the loop has a
        handler for them already, which then sets ``stop`` or cancels: the first one sets ``stop``, so `run` returns and
        the program goes on after it; a second one does what it did before.
        """
        words = "an AsyncDesk is stopped by an asyncio.Event, because any other would hold up its loop"
        stop = asyncio.Event() if stop is None else expect(asyncio.Event, stop, DeskInvalid, words)
        flows.check_run(poll, audit, heartbeat)
        audit_at = time.monotonic()
        with stopping(stop):
            try:
                while not stop.is_set():
                    # What was claimed is to be performed though somebody cancels meanwhile: it is a task of its own.
                    busy = await asyncio.shield(self._crew.begin(self._try("look", self._look)))
                    if time.monotonic() >= audit_at:
                        audit_at = time.monotonic() + audit.total_seconds()
                        await self._try("check", lambda: self._check(heartbeat))
                    await self._crew.wait(0 if busy else poll.total_seconds(), stop)
            finally:
                await self._crew.finish()

    async def _look(self) -> bool:
        return (await self._crew.run(flows.tick(self._charter, self._company, self._setbacks, BATCH))).busy

    async def _check(self, heartbeat: Callable[[], object] | None) -> bool:
        if not (await self.audit()).forgotten and heartbeat is not None:
            answer = heartbeat()
            if isawaitable(answer):
                await answer
        return True

    async def _try(self, part: str, work: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        """Do a part of the loop; what goes wrong is reported, and the loop goes on."""
        try:
            answer = await work()
        except Exception as error:  # noqa: BLE001  # a store that cannot be reached, say: the loop must outlive it
            self._lapses.add(part)
            self._charter.tell(Interrupted(error))
            return False
        if self._lapses.ended_by(part):
            self._charter.tell(Resumed())
        return answer

    async def shut_down(self) -> None:
        """Wait until the actions that had begun have ended, or their deadline has, and that is recorded.

        While the store fails it is given pauses of a third of the lease in sum, 30 seconds at the most. Then what came
        of them is told as `Unrecorded`.
        """
        await self._crew.finish()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shut_down()
