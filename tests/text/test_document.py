"""Documents: what their writers say of what is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incidentkit.errors import FieldInvalid
from incidentkit.model.timeline import Timeline
from incidentkit.policy.postmortem import PostMortem
from incidentkit.text.document import Document
from incidentkit.text.markdown import to_markdown
from incidentkit.text.plain import to_plain
from incidentkit.text.slack import slack_fallback, to_slack


@pytest.mark.parametrize("write", [to_markdown, to_plain, to_slack, slack_fallback])
@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (PostMortem(), "not of PostMortem: give its to_document()"),
        (Timeline(()), "not of Timeline: give its to_table(), in Document([...])"),
        ("words", "not of str"),
    ],
)
def test_what_is_no_document_is_refused(write: Callable[[Document], object], given: Any, problem: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        write(given)
    assert str(caught.value) == f"document: text for people is written of a Document, {problem}"
