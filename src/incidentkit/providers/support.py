"""What people who use the system report."""

from __future__ import annotations

from typing import Protocol

from incidentkit.providers.answer import Answer, Diagnosis
from incidentkit.providers.tracker import SearchesTickets


class Support(SearchesTickets, Protocol):
    """Something that has the tickets of users and can be searched: a support tool, or a tracker that can be."""

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether searching would work now. Changes nothing."""
        ...
