"""Keeping playbooks in the store, and finding those there that a desk was not given: each incident keeps its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from incidentkit.convert import from_json
from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Call, Flow
from incidentkit.desk.notices import LOGGER
from incidentkit.errors import IncidentkitError, UnknownPlaybook
from incidentkit.policy.playbook import Playbook
from incidentkit.providers.playbooks import KeepPlaybook, KeepsPlaybooks

KEPT_FOR: Final = timedelta(hours=1)
"""How long a store is believed to have what it was given: somebody may put an earlier copy in its place."""


def keep(charter: Charter, playbook: Playbook, now: datetime) -> Flow[None]:
    """Have the store keep a playbook, if it keeps any: whoever goes on with the incident may not have it."""
    reference = playbook.reference
    if not isinstance(charter.store, KeepsPlaybooks):
        return
    since = charter.kept.get(reference)
    if since is None or not since <= now < since + KEPT_FOR:
        request = KeepPlaybook(reference, playbook.document)
        yield Call(partial(charter.store.keep_playbook, request))
        charter.kept[reference] = now


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
        if playbook.reference != reference:
            LOGGER.warning(
                "the playbook %s that the store kept would be called %s today: another release wrote it, or somebody"
                " changed it there",
                *(reference, playbook.reference),
            )
        charter.recalled[reference] = playbook
