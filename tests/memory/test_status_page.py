"""The status page in memory: entries, and what was published on them."""

from __future__ import annotations

import pytest
from attrs import evolve

from incidentkit.errors import NotFound, RequestInvalid
from incidentkit.memory import MemoryStatusPage
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.status_page import PublicStatus, PublishStatus, StatusPage
from incidentkit.text.document import Document, Paragraph
from incidentkit.text.plain import to_plain

FIRST = PublishStatus(
    key="first",
    incident=IncidentId("INC-7"),
    entry="",
    status=PublicStatus.INVESTIGATING,
    title="Payments fail",
    message=Document([Paragraph("We are looking into it.")]),
)


def test_it_is_a_status_page() -> None:
    page: StatusPage = MemoryStatusPage()
    assert page.diagnose() == Diagnosis(healthy=True)


def test_what_is_published_on_an_entry_stays_there() -> None:
    page = MemoryStatusPage()
    reference = page.publish(FIRST).reference
    later = evolve(FIRST, key="later", entry=reference, status=PublicStatus.IDENTIFIED, title="Payments by card fail")
    assert page.publish(later).reference == reference
    (entry,) = page.entries
    assert (entry.title, entry.status) == ("Payments by card fail", PublicStatus.IDENTIFIED)
    assert entry.publications == (FIRST, later)
    assert to_plain(entry.publications[0].message) == "We are looking into it."


def test_no_entry_opens_a_new_one() -> None:
    page = MemoryStatusPage()
    first, other = page.publish(FIRST), page.publish(evolve(FIRST, key="other"))
    assert [entry.reference for entry in page.entries] == [first.reference, other.reference]


def test_an_entry_that_was_resolved_is_opened_again() -> None:
    page = MemoryStatusPage()
    reference = page.publish(FIRST).reference
    page.publish(evolve(FIRST, key="over", entry=reference, status=PublicStatus.RESOLVED))
    assert [entry.status for entry in page.entries] == [PublicStatus.RESOLVED]
    page.publish(evolve(FIRST, key="again", entry=reference))
    assert [entry.status for entry in page.entries] == [PublicStatus.INVESTIGATING]


def test_an_entry_that_is_not_there_is_not_found_and_not_opened() -> None:
    page = MemoryStatusPage()
    page.publish(FIRST)
    problem = r"status-page\.publish: no entry is called 'entry-l'\. Did you mean 'entry-1'\?"
    with pytest.raises(NotFound, match=problem):
        page.publish(evolve(FIRST, key="later", entry="entry-l"))
    assert len(page.entries) == 1


@pytest.mark.parametrize("title", ["", " \n"])
def test_a_blank_title_is_refused(title: str) -> None:
    page = MemoryStatusPage()
    with pytest.raises(RequestInvalid, match=r"status-page\.publish: .* is blank, and an entry of the page needs"):
        page.publish(evolve(FIRST, title=title))
    assert page.entries == []
