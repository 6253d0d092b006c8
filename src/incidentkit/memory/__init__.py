"""The reference providers: the shortest correct implementations, meant to be read, and for tests and drills."""

from incidentkit.memory.on_call import MemoryOnCall as MemoryOnCall
from incidentkit.memory.pager import Acknowledges as Acknowledges
from incidentkit.memory.pager import Declines as Declines
from incidentkit.memory.pager import MemoryPager as MemoryPager
from incidentkit.memory.pager import Reaction as Reaction
from incidentkit.memory.pager import Sleeps as Sleeps
from incidentkit.memory.store import MemoryStore as MemoryStore

__all__ = ["Acknowledges", "Declines", "MemoryOnCall", "MemoryPager", "MemoryStore", "Reaction", "Sleeps"]
