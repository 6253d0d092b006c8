"""Checks of what a playbook announces, by itself: what never goes out, and what would be missing where it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from incidentkit.model.conditions import NEVER
from incidentkit.policy.act import Act, ActKind
from incidentkit.policy.communication import Announcement, CommunicationPolicy, Occasion
from incidentkit.policy.finding import Code, Finding
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.worlds import why_never

_OPENERS: Final[Mapping[str, frozenset[ActKind]]] = {
    "a channel": frozenset({ActKind.OPEN_CHANNEL, ActKind.OPEN_PRIVATE_CHANNEL}),
    "a ticket": frozenset({ActKind.OPEN_TICKET}),
    "an entry on the status page": frozenset({ActKind.PUBLISH}),
}
"""What is needed by some announcements, and the kinds of acts of others that open it."""


def _announcements(communication: CommunicationPolicy) -> Iterator[tuple[str, Announcement]]:
    """Each with its path."""
    for index, each in enumerate(communication.announcements):
        yield f"communication.announcements[{index}]", each


def _never_told(playbook: Playbook, communication: CommunicationPolicy) -> Iterator[Finding]:
    obligations = {each.id: each for each in playbook.obligations}
    for path, each in _announcements(communication):
        why = why_never(obligations[each.id], before="it is called off before")
        if why is not None:
            yield Finding(Code.NEVER_TOLD, f"{path}.applies", f"announcement {each.name!r} never goes out: {why}")


def _no_private_channel(_: Playbook, communication: CommunicationPolicy) -> Iterator[Finding]:
    kinds = frozenset[ActKind]().union(*(each.kinds for each in communication.announcements))
    if (
        communication.restricted != NEVER
        and ActKind.OPEN_CHANNEL in kinds
        and ActKind.OPEN_PRIVATE_CHANNEL not in kinds
    ):
        yield Finding(
            Code.NO_PRIVATE_CHANNEL,
            "communication.restricted",
            f"a restricted incident has no channel: announce {str(ActKind.OPEN_PRIVATE_CHANNEL)!r} too",
        )


def _no_guardians(_: Playbook, communication: CommunicationPolicy) -> Iterator[Finding]:
    if communication.restricted != NEVER and not communication.guardians:
        yield Finding(
            Code.NO_GUARDIANS,
            "communication.guardians",
            f"nobody is told that an incident is restricted, by {communication.restricted}: name guardians",
        )


def _reminders(playbook: Playbook, communication: CommunicationPolicy) -> Iterator[Finding]:
    cadences = (severity.targets.update for severity in playbook.scheme)
    owed = any(target is not None and target.repeats for target in cadences)
    if communication.reminders and not owed:
        message = "there is nothing to be reminded of: no severity has an update target that repeats"
        yield Finding(Code.NO_UPDATES, "communication.reminders", message)
    if owed and not communication.reminders:
        message = f"updates are owed, and {communication.owner} is never reminded of them"
        yield Finding(Code.NO_UPDATE_REMINDERS, "communication.reminders", message)


def _unused_templates(_: Playbook, communication: CommunicationPolicy) -> Iterator[Finding]:
    used = {each.template for each in communication.announcements}
    for name in communication.templates:
        if name not in used:
            message = f"no announcement uses template {name!r}"
            yield Finding(Code.UNUSED_TEMPLATE, f"communication.templates.{name}", message)


def _no_public_summary(_: Playbook, communication: CommunicationPolicy) -> Iterator[Finding]:
    public = (each for each in communication.announcements if ActKind.PUBLISH in each.kinds)
    for name in dict.fromkeys(each.template for each in public):
        if "public_summary" not in communication.templates[name].fields:
            yield Finding(
                Code.NO_PUBLIC_SUMMARY,
                f"communication.templates.{name}",
                f"the public reads {name!r}, in which {{public_summary}} is missing: what people write for it",
            )


def _nothing_opened(_: Playbook, communication: CommunicationPolicy) -> Iterator[Finding]:
    opened = {kind for each in communication.announcements for kind in _opens(each)}
    for path, each in _announcements(communication):
        for needed in dict.fromkeys(_needs(each.on, act) for act in each.acts):
            if needed and not _OPENERS[needed] & opened:
                message = f"announcement {each.name!r} needs {needed}, and none opens one"
                yield Finding(Code.NOTHING_OPENED, f"{path}.acts", message)


def _opens(announcement: Announcement) -> frozenset[ActKind]:
    """The kinds of its acts, as far as these can be the first about an incident."""
    first = announcement.on is Occasion.DECLARED
    return announcement.kinds if first else announcement.kinds - {ActKind.PUBLISH}


def _needs(occasion: Occasion, act: Act) -> str:
    """What has to be there before an act; empty for nothing."""
    if act.in_own_channel:
        return "a channel"
    if act.kind is ActKind.CLOSE_TICKET:
        return "a ticket"
    return "an entry on the status page" if act.kind is ActKind.PUBLISH and occasion is not Occasion.DECLARED else ""


CommunicationCheck: TypeAlias = Callable[[Playbook, CommunicationPolicy], Iterator[Finding]]
"""Looks for one thing in what a playbook announces."""

ON_COMMUNICATION: Final[tuple[CommunicationCheck, ...]] = (
    _never_told,
    _no_private_channel,
    _no_guardians,
    _reminders,
    _unused_templates,
    _no_public_summary,
    _nothing_opened,
)
"""What is looked for in every communication."""
