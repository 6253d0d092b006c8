"""Keeping playbooks in the store, and finding those there that a desk was not given: each incident keeps its own."""

from __future__ import annotations

from functools import partial

from incidentkit.convert import from_json, to_json
from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Call, Flow
from incidentkit.errors import IncidentkitError, UnknownPlaybook
from incidentkit.policy.playbook import Playbook
from incidentkit.providers.playbooks import KeepPlaybook, KeepsPlaybooks


def keep(charter: Charter, playbook: Playbook) -> Flow[None]:
    """Have the store keep a playbook, if it keeps any: whoever goes on with the incident may not have it."""
    reference = playbook.reference
    if isinstance(charter.store, KeepsPlaybooks) and reference not in charter.kept:
        request = KeepPlaybook(reference, to_json(playbook))
        yield Call(partial(charter.store.keep_playbook, request))
        charter.kept.add(reference)


def recall(charter: Charter, reference: str) -> Flow[None]:
    """Find a playbook that this desk was not given in the store, if that is there and this directory knows its people.

    If not, the first playbook takes over, rather than nobody.
    """
    if not reference or reference in charter.by_reference or reference in charter.recalled:
        return
    if not isinstance(charter.store, KeepsPlaybooks):
        return
    try:
        document: str = yield Call(partial(charter.store.playbook, reference))
    except UnknownPlaybook:
        return
    try:
        playbook = from_json(document, Playbook, source=reference)
        charter.directory.check(playbook.recipients, source=reference)
    except IncidentkitError as error:
        charter.recalled[reference] = str(error)
    else:
        charter.recalled[reference] = playbook
