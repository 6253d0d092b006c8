"""The messages of the emergency playbook, held against their forms in the written one, and written for each target.

The forms stand here as a person would copy them down, blanks in brackets.
"""

from __future__ import annotations

import re

import pytest

from incidentkit.playbooks.emergency import (
    ANNOUNCEMENT,
    INITIAL_ALERT,
    PROGRESS_UPDATE,
    PUBLIC_NOTICE,
    PUBLIC_RESOLUTION,
    PUBLIC_UPDATE,
    RESOLUTION_NOTICE,
)
from incidentkit.policy.template import FIELDS, Template
from incidentkit.text.markdown import to_markdown
from incidentkit.text.plain import to_plain
from incidentkit.text.slack import to_slack

FORMS = [
    (
        ANNOUNCEMENT,
        """\
🚨 INCIDENT: [SEV-X] [Brief Description]

**Status**: Investigating
**Impact**: [User-facing impact]
**Started**: [Timestamp]
**Updates**: Every 15 minutes

**Team**:
- Incident Commander: @name
- Technical Lead: @name
- Communications: @name""",
        {
            "severity": "[SEV-X]",
            "title": "[Brief Description]",
            "status": "Investigating",
            "impact": "[User-facing impact]",
            "started": "[Timestamp]",
            "cadence": "Every 15 minutes",
            "commander": "@name",
            "technical_lead": "@name",
            "communications_lead": "@name",
        },
    ),
    (
        INITIAL_ALERT,
        """\
🚨 [SEV-X] Production Incident

We're experiencing [brief description].
Team is investigating. Updates every 15 minutes.

Status: https://status.example.com""",
        {
            "severity": "[SEV-X]",
            "title": "[brief description]",
            "cadence": "every 15 minutes",
            "status_page": "https://status.example.com",
        },
    ),
    (
        PROGRESS_UPDATE,
        """\
📊 [SEV-X] Update #[N] - [HH:MM]

Current Status: [Investigating/Mitigating/Resolved]
Actions Taken: [brief description]
Next Steps: [what's happening next]
ETA: [if known]""",
        {
            "severity": "[SEV-X]",
            "update_number": "[N]",
            "time": "[HH:MM]",
            "status": "[Investigating/Mitigating/Resolved]",
            "update": "[brief description]",
            "next_steps": "[what's happening next]",
            "eta": "[if known]",
        },
    ),
    (
        RESOLUTION_NOTICE,
        """\
✅ [SEV-X] Incident Resolved - [HH:MM]

Issue: [brief description]
Resolution: [what fixed it]
Duration: [total time]
Impact: [brief summary]

Post-mortem: [link/date when available]""",
        {
            "severity": "[SEV-X]",
            "time": "[HH:MM]",
            "title": "[brief description]",
            "resolution": "[what fixed it]",
            "duration": "[total time]",
            "impact": "[brief summary]",
            "post_mortem": "[link/date when available]",
        },
    ),
]


def lines(text: str) -> list[str]:
    """The lines of a form, without the marks of lists, titles and strong words."""
    marks = (re.sub(r"^- |^=+$|\*\*", "", line) for line in text.splitlines())
    return [line for line in marks if line]


@pytest.mark.parametrize(("template", "form", "blanks"), FORMS)
def test_the_blanks_filled_in_give_the_form_of_the_playbook(
    template: Template, form: str, blanks: dict[str, str]
) -> None:
    assert template.fields == tuple(blanks)
    assert lines(to_plain(template.fill(blanks))) == lines(form)


VALUES = {
    **dict.fromkeys(FIELDS, ""),
    "severity": "SEV-1",
    "status": "mitigating",
    "started": "2026-03-29 01:50 CET",
    "time": "03:10 CEST",
    "cadence": "every 15 minutes",
    "title": "Checkout returns 500 <!channel>",
    "update_number": "2",
    "update": "rolled *back*",
    "next_steps": "watch it",
}


def test_an_update_in_markdown() -> None:
    assert to_markdown(PROGRESS_UPDATE.fill(VALUES)) == (
        "# 📊 SEV-1 Update #2 - 03:10 CEST\n\n"
        "- **Current Status**: mitigating\n"
        "- **Actions Taken**: rolled \\*back\\*\n"
        "- **Next Steps**: watch it\n"
    )


def test_an_announcement_in_plain_text() -> None:
    people = {"commander": "Ada", "technical_lead": "nobody yet", "communications_lead": "nobody yet"}
    assert to_plain(ANNOUNCEMENT.fill({**VALUES, **people, "impact": "not known yet"})).splitlines() == [
        "🚨 INCIDENT: SEV-1 Checkout returns 500 <!channel>",
        "==================================================",
        "",
        "- Status: mitigating",
        "- Impact: not known yet",
        "- Started: 2026-03-29 01:50 CET",
        "- Updates: every 15 minutes",
        "",
        "Team:",
        "",
        "- Incident Commander: Ada",
        "- Technical Lead: nobody yet",
        "- Communications: nobody yet",
    ]


def test_an_alert_for_slack() -> None:
    _, issue, _, link = (block["elements"][0] for block in to_slack(INITIAL_ALERT.fill({**VALUES, "status_page": "x"})))
    assert issue["elements"] == [
        {"type": "text", "text": "We're experiencing Checkout returns 500 <!channel>."},
    ]
    assert link["elements"][0]["elements"] == [
        {"type": "text", "text": "Status", "style": {"bold": True}},
        {"type": "text", "text": ": x"},
    ]


def test_a_resolution_in_markdown_says_nothing_of_a_post_mortem_that_is_not_there() -> None:
    told = {"resolution": "the rollback", "duration": "1h20min", "impact": "no payments"}
    assert to_markdown(RESOLUTION_NOTICE.fill({**VALUES, **told})) == (
        "# ✅ SEV-1 Incident Resolved - 03:10 CEST\n\n"
        "- **Issue**: Checkout returns 500 \\<!channel\\>\n"
        "- **Resolution**: the rollback\n"
        "- **Duration**: 1h20min\n"
        "- **Impact**: no payments\n"
    )


@pytest.mark.parametrize("template", [PUBLIC_NOTICE, PUBLIC_UPDATE, PUBLIC_RESOLUTION])
def test_the_public_reads_neutral_words_until_somebody_wrote_for_it(template: Template) -> None:
    neutral = to_plain(template.fill(VALUES))
    assert "Checkout" not in neutral
    assert "rolled" not in neutral
    summary = to_plain(template.fill({**VALUES, "public_summary": "Payments fail."})).split("\n\n")
    assert summary[1] == "Payments fail."
    assert "\n\n".join([summary[0], *summary[2:]]) == neutral
