"""Where a drill is kept to be looked at later: a database that holds nothing else."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from incidentkit.cli.database import Use, name_of, opened
from incidentkit.drills import Story
from incidentkit.errors import DrillInvalid
from incidentkit.model.events import Declared
from incidentkit.policy.playbook import Playbook
from incidentkit.providers.records import LogRecord, PlaybookRecord
from incidentkit.text.number import counted

if TYPE_CHECKING:
    from incidentkit.stores import SqlStore


@frozen
class Shelf:
    """An empty database, to keep one drill in."""

    store: SqlStore
    name: str

    def keep(self, story: Story, playbook: Playbook) -> str:
        """Keep it when it is over, as a whole, and say where it is.

        It is marked as practice, so nobody is paged for it, whatever is said about it later. Were it kept while it goes
        on, and the drill were killed, real people would be paged for an incident that never was.
        """
        declared, *others = story.timeline.events
        assert isinstance(declared, Declared)
        events = (evolve(declared, practice=True), *others)
        self.store.take_in(PlaybookRecord(reference=playbook.reference, document=playbook.document))
        self.store.take_in(LogRecord(events=events, done=True))
        return f"It is kept as {story.incident.id} in {self.name}, and no desk pages for it."


@contextmanager
def empty_shelf(address: str) -> Generator[Shelf]:
    """The database at an address; raises `DrillInvalid` if it has incidents, `StoreError` if it cannot be used."""
    with opened(address, Use.MAKES) as store:
        name = name_of(address)
        if count := store.count():
            problem = f"it has {counted(count, 'incident')} already, and drills are kept apart from real ones"
            raise DrillInvalid(f"{name}: {problem}: name a new database")
        yield Shelf(store, name)
