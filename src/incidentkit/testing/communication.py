"""Strategies for communication policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.conditions import NEVER
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.act import WORDLESS, Act, ActKind
from incidentkit.policy.announcement import Announcement, Occasion
from incidentkit.policy.communication import CommunicationPolicy
from incidentkit.policy.directory import Directory
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.rules import SeverityRules
from incidentkit.testing.calendar import ZONES
from incidentkit.testing.directory import METHODS, recipients
from incidentkit.testing.identity import texts
from incidentkit.testing.rules import RULES
from incidentkit.testing.situation import (
    BACKOFFS,
    LEVEL_NAMES,
    NO_FACTS,
    REASONS,
    applying,
    attempts,
    situations,
)
from incidentkit.testing.template import templates

_CHANNELS: Final = st.sampled_from(["incident-{day}-{number}", "{number}_{day}", "x{day}{number}"])
_PAGES: Final = st.sampled_from(["", "https://status.example", "statuspage"])
_PUBLIC: Final = "public"
_PRIVATE: Final = "private"


@st.composite
def communication_policies(
    draw: st.DrawFn,
    directory: Directory | None = None,
    *,
    rules: SeverityRules[Any] = RULES,
    methods: Sequence[str] = METHODS,
    others: Vocabulary = NO_FACTS,
) -> CommunicationPolicy:
    """Policies of up to four announcements of every kind for these people, or for any, with two templates.

    The first parameters are those of `escalation_policies`; ``others`` are more facts that conditions may ask for.
    """
    people = recipients(directory)
    known = {_PUBLIC: draw(templates(public=True)), _PRIVATE: draw(templates())}
    announcements: list[Announcement] = []
    for name in draw(st.lists(LEVEL_NAMES, max_size=4, unique=True)):
        before = [each.name for each in announcements]
        announcements.append(draw(_announcements(name, before, people, applying(rules, others))))
    return CommunicationPolicy(
        owner=draw(people),
        announcements=announcements,
        templates=known,
        notice=draw(st.lists(attempts(methods=methods), min_size=1, max_size=2)),
        reminders=draw(st.lists(st.sampled_from(methods), max_size=2)),
        zone=draw(st.sampled_from(ZONES)),
        channel=draw(_CHANNELS),
        neutral=draw(texts(blank=False)),
        neutral_end=draw(texts(blank=False)),
        status_page=draw(_PAGES),
        restricted=draw(st.just(NEVER) | situations(rules, others)),
        guardians=draw(st.lists(people, max_size=2)),
        backoff=draw(BACKOFFS),
    )


@st.composite
def _announcements(
    draw: st.DrawFn,
    name: str,
    before: Sequence[str],
    people: st.SearchStrategy[Recipient],
    cases: st.SearchStrategy[Any],
) -> Announcement:
    """One of that name, which may come after those before it: to people, or acts of one kind."""
    kind: ActKind | None = draw(st.none() | st.sampled_from(ActKind))
    confidential = draw(st.booleans()) if kind not in (ActKind.OPEN_CHANNEL, ActKind.PUBLISH) else False
    template = "" if kind in WORDLESS else _PUBLIC if kind is ActKind.PUBLISH else draw(_TEMPLATES)
    whom: Mapping[str, Any] = (
        {"to": draw(st.lists(people, min_size=1, max_size=2))}
        if kind is None
        else {"acts": draw(st.lists(_acts(kind), min_size=1, max_size=2))}
    )
    return Announcement(
        name=name,
        template=template,
        **whom,
        on=draw(st.sampled_from(Occasion)),
        applies=draw(cases),
        after=draw(st.lists(st.sampled_from(before), max_size=1)) if before else (),
        confidential=confidential,
        because=draw(REASONS),
        source=draw(REASONS),
    )


_TEMPLATES: Final = st.sampled_from([_PUBLIC, _PRIVATE])


def _acts(kind: ActKind) -> st.SearchStrategy[Act]:
    return st.builds(Act, st.just(kind), st.sampled_from(["", "general"]) if kind is ActKind.POST else st.just(""))
