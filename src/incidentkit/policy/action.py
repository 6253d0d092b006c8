"""Actions: what to do through a provider, made of the attempt that a chain has come to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen

from incidentkit.model.action import ActionKey
from incidentkit.model.identity import IncidentId
from incidentkit.policy.chain import Chain, Question
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.view import View
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Purpose, SendPage


@frozen(kw_only=True)
class Action:
    """Something to do now through a provider."""

    key: ActionKey
    due_at: datetime
    request: SendPage | FindOnCall
    because: str


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
        page = self._page(chain, key, because)
        return Action(key=key, due_at=chain.at, request=page, because=f"{because}; {page.method} for {page.person}")

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
        )

    def _common(self, key: ActionKey) -> dict[str, Any]:
        """What every request has."""
        incident = IncidentId(self.view.incident.id)
        return {"key": key.digest(self.namespace, incident), "incident": incident}
