"""Actions: what to do through a provider, made of the attempt that a chain has come to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeAlias

from attrs import frozen

from incidentkit.model.action import ActionKey
from incidentkit.model.identity import IncidentId
from incidentkit.policy.chain import Chain, Question
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.posting import Posting, Postings, words_of
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.step import ToolStep
from incidentkit.policy.stride import Stride
from incidentkit.policy.view import View
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.providers.tools import ToolRequest
from incidentkit.text.document import Document

Request: TypeAlias = SendPage | FindOnCall | Posting | ToolRequest
"""What a provider is asked for."""


@frozen(kw_only=True)
class Action:
    """Something to do now through a provider."""

    key: ActionKey
    due_at: datetime
    request: Request
    because: str
    slot: str = ""
    """The tool that is asked; empty if it is no tool."""
    within: timedelta | None = None
    """How long a tool may take; `None` for as long as the desk gives anything."""
    is_destructive: bool = False
    """Whether it must not be done once evidence is held, be it that it was claimed before."""
    is_for_all: bool = False
    """Whether it must not be done once the incident is restricted, be it that it was claimed before."""


@frozen
class Actions:
    """What to do for an incident now, under keys of an installation."""

    view: View
    namespace: str

    def of(self, chain: Chain, key: ActionKey) -> Action:
        """What to do for a chain that has come to that key."""
        because, into = chain.obligation.because or chain.obligation.id, self.view.incident.merged_into
        if chain.obligation.purpose is Purpose.STAND_DOWN and into is not None:
            because = f"{because}: merged into {into}, which goes on"
        if isinstance(chain, Question):
            schedule = Recipient.parse(chain.person).name
            question = FindOnCall(**self._common(key), schedule=schedule, at=self.view.now)
            because = f"{because}; ask who is on call for {schedule}"
            return Action(key=key, due_at=chain.at, request=question, because=because)
        if self.view.is_for_tool(chain.obligation):
            return self._asking(chain, self.view.strides[chain.obligation.id][1], key, because)
        if chain.obligation.acts:
            posting = self._postings.request(chain.obligation, key, self._digest(key), self._since(key))
            because = f"{because}; {words_of(posting)}"
            return Action(
                key=key, due_at=chain.at, request=posting, because=because, is_for_all=chain.obligation.is_for_all
            )
        page = self._page(chain, key, because)
        because = f"{because}; {page.method} for {page.person}"
        return Action(key=key, due_at=chain.at, request=page, because=because, is_for_all=chain.obligation.is_for_all)

    def _asking(self, chain: Chain, stride: Stride, key: ActionKey, because: str) -> Action:
        """What to ask a tool for a step."""
        assert stride.operation is not None
        request, step = stride.request(self._digest(key)), stride.placed.step
        return Action(
            key=key,
            due_at=chain.at,
            request=request,
            because=f"{because}; {stride.operation.name}",
            slot=stride.operation.slot,
            within=step.within if isinstance(step, ToolStep) else None,
            is_destructive=stride.is_destructive,
        )

    def _page(self, chain: Chain, key: ActionKey, because: str) -> SendPage:
        incident, method = self.view.incident, chain.obligation.chain[key.attempt].method
        return SendPage(
            **self._common(key),
            person=chain.person,
            method=method,
            address=self.view.directory.contact(chain.person, method) or "",
            severity=incident.severity.key,
            title=incident.title,
            reason=because,
            declared_at=incident.declared_at,
            purpose=chain.obligation.purpose,
            message=self._message(chain.obligation, key),
        )

    def _message(self, obligation: Obligation, key: ActionKey) -> Document | None:
        return None if obligation.message is None else self._postings.message(obligation, self._since(key))

    def _since(self, key: ActionKey) -> datetime:
        return self.view.incident.progress.in_force[key.obligation, key.instance].since

    @property
    def _postings(self) -> Postings:
        communication = self.view.playbook.communication
        assert communication is not None  # without which nothing is said
        return Postings(self.view.incident, self.view.directory, communication, self.view.playbook.scheme)

    def _digest(self, key: ActionKey) -> str:
        return key.digest(self.namespace, self.view.incident.id)

    def _common(self, key: ActionKey) -> dict[str, Any]:
        """What every request has."""
        return {"key": self._digest(key), "incident": IncidentId(self.view.incident.id)}
