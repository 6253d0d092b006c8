"""Notebooks: what is written or drawn for people is shown so where it is the value of a cell.

The one module that talks to IPython, which whoever runs a notebook has; nothing of it is loaded before `enable`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from incidentkit.errors import IncidentkitError
from incidentkit.model.incident import Incident
from incidentkit.policy.explanation import Explanation
from incidentkit.policy.tree import DecisionTree
from incidentkit.render.flow import decision_flow
from incidentkit.render.html import Part, to_html
from incidentkit.render.ladder import escalation_ladder
from incidentkit.render.picture import Picture
from incidentkit.render.timeline import incident_timeline
from incidentkit.text.document import Document

SHOWN: Final = (
    ("text.document", "Document"),
    ("render.picture", "Picture"),
    ("model.incident", "Incident"),
    ("model.timeline", "Timeline"),
    ("model.record", "TrackRecord"),
    ("policy.advice", "Advice"),
    ("policy.difference", "PlaybookDiff"),
    ("policy.explanation", "Explanation"),
    ("policy.meeting", "Meeting"),
    ("policy.postmortem", "PostMortem"),
    ("policy.rehearsal", "Rehearsal"),
    ("policy.rehearsal", "RunReport"),
    ("policy.runbook", "Runbook"),
    ("policy.standing", "Owings"),
    ("policy.tree", "DecisionTree"),
    ("drills.messages", "Messages"),
    ("drills.story", "Story"),
)
"""What is shown so, by module and name, so that nothing has to be loaded for it."""

_COLOURS: Final = (
    "--paper:#ffffff;--ink:#1d232b;--quiet:#57606c;--line:#dde2e8;--tint:#f5f7f9;--accent:#0b57c4;--good:#1a7040;"
    "background:#ffffff;color:#1d232b;padding:0.5em"
)
"""The colours of `page.css` by day: a notebook has a style sheet of its own, which knows nothing of them."""


def enable() -> None:
    """From now on show pictures and documents in this notebook, and all that can be written as one.

    Words stay words, as in a page. Raises `IncidentkitError` where no notebook runs.
    """
    try:
        shell: Any = import_module("IPython").get_ipython()
    except ModuleNotFoundError:
        shell = None
    if shell is None:
        raise IncidentkitError("no notebook runs here: call enable() in a cell of one")
    html = shell.display_formatter.formatters["text/html"]
    for module, name in SHOWN:
        html.for_type_by_name(f"incidentkit.{module}", name, as_html)


def as_html(value: Any) -> str:
    """What a cell shows."""
    return f'<div style="{_COLOURS}">{to_html(*_parts(value))}</div>'


def _parts(value: Any) -> list[Part]:
    match value:
        case Document() | Picture():
            return [value]
        case Incident():
            return [incident_timeline(value), Document([value.timeline.to_table()])]
        case Explanation():
            return [escalation_ladder(value), value.to_document()]
        case _ if isinstance(value, DecisionTree):
            return [decision_flow(value)]  # pyright: ignore[reportUnknownArgumentType]  # of whatever conclusions
        case _ if hasattr(value, "to_document"):
            return [value.to_document()]
        case _:
            return [Document([value.to_table()])]
