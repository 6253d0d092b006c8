"""A post-mortem as a page: to be kept, mailed, printed, and shown to those who were not there."""

from __future__ import annotations

from functools import partial

from incidentkit.errors import FieldInvalid, expect
from incidentkit.model.incident import Incident
from incidentkit.policy.directory import Directory
from incidentkit.policy.postmortem import PostMortem
from incidentkit.render.html import html_page
from incidentkit.render.timeline import incident_timeline
from incidentkit.text.document import Document, Heading


def postmortem_page(
    postmortem: PostMortem, *, incident: Incident | None = None, directory: Directory | None = None
) -> str:
    """The page of a post-mortem, in HTML that needs nothing from elsewhere.

    With the incident that it is about, a picture of its timeline stands above the summary; ``directory`` knows the
    names of the people in it. Raises `FieldInvalid` for what is no post-mortem.
    """
    document = expect(PostMortem, postmortem, partial(FieldInvalid, "postmortem"), _words(postmortem)).to_document()
    if incident is None:
        return html_page(document)
    begin = next(place for place, each in enumerate(document.blocks) if isinstance(each, Heading) and each.level > 1)
    picture = incident_timeline(incident, directory=directory)
    return html_page(Document(document.blocks[:begin]), picture, Document(document.blocks[begin:]))


def _words(given: object) -> str:
    """What to do about something else; what was read of a file holds a post-mortem, and is none."""
    return f"a page is made of a PostMortem{', which is in its .postmortem' if hasattr(given, 'postmortem') else ''}"
