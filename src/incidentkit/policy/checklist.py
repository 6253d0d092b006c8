"""What people owe in an incident, item by item: a checklist. A readable way to build obligations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, each_of, expect, shown
from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.identity import checked_name
from incidentkit.model.targets import Target
from incidentkit.policy.communication import FINISHED
from incidentkit.policy.escalation import LONGEST_LEVEL_NAME
from incidentkit.policy.obligation import Attempt, Obligation, checked_reason, checked_wait, id_of
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.situation import BROUGHT_ABOUT, SAID_DONE, WAIVED
from incidentkit.providers.pager import Purpose

MOST_ITEMS: Final = 100
"""Items that a checklist may have."""


def _names(names: Iterable[str]) -> tuple[str, ...]:
    words = "an item is done by a list of the ids of obligations"
    return each_of(str, names, PlaybookInvalid, words)


@frozen(kw_only=True)
class Item:
    """Something that somebody owes. It is met when a person says so, or when ``met`` is true."""

    name: str
    """Names it in the log and in keys, so it stays when texts are edited."""
    what: str = ""
    """What is owed, in words; the name if it says enough."""
    owner: Recipient | None = None
    """Who owes it; the owner of the checklist if it is nobody else."""
    when: Condition = ALWAYS
    """It is owed from the first moment on at which this is true; unknown is not true, but a question."""
    met: Condition = NEVER
    """What else than the word of a person shows that it is done."""
    done_by: tuple[str, ...] = field(default=(), converter=_names)
    """The obligations of which an action that succeeded shows it, if ``met`` does not say otherwise."""
    within: timedelta | None = None
    """How much time there is; `None` for as long as it takes."""
    source: str = ""
    """Where it is written down."""

    def __attrs_post_init__(self) -> None:
        if len(checked_name("the name of an item", self.name)) > LONGEST_LEVEL_NAME:
            raise PlaybookInvalid(f"the name of an item has {LONGEST_LEVEL_NAME} characters at the most")
        what = f"item {self.name!r}"
        checked_reason(what, self.what)
        checked_reason(what, self.source)
        checked_wait(f"{what}: the time for it", self.within)
        expect(Recipient | None, self.owner, PlaybookInvalid, f"{what}: its owner is a recipient")
        for condition in (self.when, self.met):
            expect(Condition, condition, PlaybookInvalid, f"{what}: when and met are conditions")


def _items(items: Iterable[Item]) -> tuple[Item, ...]:
    words = "a checklist is a list of items"
    return each_of(Item, items, PlaybookInvalid, words)


def _attempts(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    words = "reminders are a list of attempts"
    return each_of(Attempt, attempts, PlaybookInvalid, words)


@frozen(kw_only=True)
class Checklist:
    """Items that are owed together. They are owed until they are done or waived, or the incident is closed.

    An incident is closed once all of them are done or waived.
    """

    name: str
    items: tuple[Item, ...] = field(converter=_items)
    owner: Recipient
    applies: Condition = ALWAYS
    """For which incidents, and for how long: as long as this is not false, so unknown counts as true."""
    reminders: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How its owner is told of what is overdue; nobody is told without."""
    outlives: bool = True
    """Whether its items are owed after the incident is over, too."""

    def __attrs_post_init__(self) -> None:
        if len(checked_name("the name of a checklist", self.name)) > LONGEST_LEVEL_NAME:
            raise PlaybookInvalid(f"the name of a checklist has {LONGEST_LEVEL_NAME} characters at the most")
        names = [item.name for item in self.items]
        if not 1 <= len(names) <= MOST_ITEMS or len({*names}) < len(names):
            problem = f"checklist {self.name!r} has 1 to {MOST_ITEMS} items of different names"
            raise PlaybookInvalid(f"{problem}, not {shown(names)}")
        expect(Recipient, self.owner, PlaybookInvalid, f"checklist {self.name!r}: its owner is a recipient")
        expect(Condition, self.applies, PlaybookInvalid, f"checklist {self.name!r}: applies is a condition")
        expect(bool, self.outlives, PlaybookInvalid, f"checklist {self.name!r}: outlives is True or False")
        for item in self.items:
            self._id(item)

    def obligations(self) -> tuple[Obligation, ...]:
        """What it wants, item by item."""
        return tuple(map(self._obligation, self.items))

    def _id(self, item: Item) -> str:
        return id_of(f"checklist {self.name!r}, item {item.name!r}", self.name, item.name)

    def _obligation(self, item: Item) -> Obligation:
        shown_by = item.met if item.met != NEVER else BROUGHT_ABOUT.is_(True) if item.done_by else NEVER
        met: Condition = SAID_DONE.is_(True) if shown_by == NEVER else SAID_DONE | shown_by
        ended = met | WAIVED | FINISHED
        return Obligation(
            id=self._id(item),
            applies=self.applies,
            when=item.when,
            met=met,
            until=ended if self.applies == ALWAYS else ended | ~self.applies,
            done_by=item.done_by,
            recipients=(item.owner or self.owner,),
            due=None if item.within is None else Target(item.within),
            chain=self.reminders if item.within is not None else (),
            outlives=self.outlives,
            owed=True,
            blocks=True,
            purpose=Purpose.REMINDER,
            because=item.what or item.name,
            source=item.source,
        )
