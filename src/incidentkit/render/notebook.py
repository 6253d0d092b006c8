"""Notebooks: what is written or drawn for people is shown so where it is the value of a cell.

The one module that talks to IPython, which whoever runs a notebook has; nothing of it is loaded before `enable`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from incidentkit.errors import FieldInvalid, IncidentkitError, shown
from incidentkit.model.incident import Incident
from incidentkit.model.metrics import Metrics
from incidentkit.model.triage import Triage
from incidentkit.policy.explanation import Explanation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.question import Walk
from incidentkit.policy.schedule import Schedule
from incidentkit.policy.shift import Gap, Shift, shift_table
from incidentkit.policy.tree import DecisionTree
from incidentkit.render.brief import (
    incident_brief,
    metrics_brief,
    playbook_brief,
    schedule_brief,
    triage_brief,
    walk_brief,
)
from incidentkit.render.flow import decision_flow
from incidentkit.render.html import Part, to_html
from incidentkit.render.ladder import escalation_ladder
from incidentkit.render.palette import DAY
from incidentkit.render.picture import Picture
from incidentkit.render.timeline import incident_timeline
from incidentkit.text.document import Document

SHOWN: Final = (
    ("text.document", "Document"),
    ("render.picture", "Picture"),
    ("model.incident", "Incident"),
    ("model.metrics", "Metrics"),
    ("model.timeline", "Timeline"),
    ("model.triage", "Triage"),
    ("model.record", "TrackRecord"),
    ("policy.advice", "Advice"),
    ("policy.difference", "PlaybookDiff"),
    ("policy.explanation", "Explanation"),
    ("policy.meeting", "Meeting"),
    ("policy.playbook", "Playbook"),
    ("policy.postmortem", "PostMortem"),
    ("policy.question", "Walk"),
    ("policy.rehearsal", "Rehearsal"),
    ("policy.rehearsal", "RunReport"),
    ("policy.runbook", "Runbook"),
    ("policy.schedule", "Schedule"),
    ("policy.shift", "Gap"),
    ("policy.shift", "Shift"),
    ("policy.standing", "Owings"),
    ("policy.tree", "DecisionTree"),
    ("drills.messages", "Messages"),
    ("drills.story", "Story"),
)
"""What is shown so, by module and name, so that nothing has to be loaded for it."""

_COLOURS: Final = "".join(
    [*(f"--{name}:{colour};" for name, colour in DAY.items()), f"background:{DAY['paper']};color:{DAY['ink']};"]
)
"""A notebook has a style sheet of its own, which knows nothing of these."""


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
    """What a cell shows of a value of `SHOWN`; raises `FieldInvalid` for any other."""
    return f'<div style="{_COLOURS}padding:0.5em">{to_html(*_parts(value))}</div>'


def _parts(value: Any) -> list[Part]:
    match value:
        case Document() | Picture():
            return [value]
        case Incident():
            return [incident_brief(value), incident_timeline(value), Document([value.timeline.to_table()])]
        case Explanation():
            return [escalation_ladder(value), value.to_document()]
        case Metrics():
            return [metrics_brief(value)]
        case Playbook():
            return [playbook_brief(value)]
        case Schedule():
            return [schedule_brief(value)]
        case Shift() | Gap():
            return [Document([shift_table([value])])]
        case _:
            return [_part(value)]


def _part(value: Any) -> Part:
    """That of what is of some kind or other, or can be written as a document or a table."""
    for kind, show in _OF_SOME_KIND.items():
        if isinstance(value, kind):
            return show(value)
    if isinstance(value, type) or not (hasattr(value, "to_document") or hasattr(value, "to_table")):
        words = f"{shown(value)} cannot be shown; what can is {', '.join(name for _, name in SHOWN)}"
        raise FieldInvalid("value", f"{words}, and whatever has a to_document() or a to_table()")
    part: Part = value.to_document() if hasattr(value, "to_document") else Document([value.to_table()])
    return part


_OF_SOME_KIND: Final[Mapping[type, Callable[[Any], Part]]] = {
    DecisionTree: decision_flow,
    Triage: triage_brief,
    Walk: walk_brief,
}
"""How values are shown whose classes are generic."""
