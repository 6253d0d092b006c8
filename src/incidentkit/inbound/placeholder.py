"""Placeholders: what templates write where something is to be filled in."""

from __future__ import annotations

import re
from typing import Final

from incidentkit.inbound.wording import Parts, is_slanted, words_of_parts
from incidentkit.model.events import REDACTED
from incidentkit.policy import postmortem as form

BLANKS: Final = frozenset(
    (
        *(form.BLANK_TITLE, form.BLANK_SUMMARY, form.BLANK_USERS, form.BLANK_START, form.BLANK_END),
        *(form.BLANK_SERVICES, form.BLANK_DATA_LOSS, form.BLANK_ROOT_CAUSE, form.BLANK_RESOLUTION),
        *(*form.BLANK_WENT_WELL, *form.BLANK_COULD_BE_BETTER, form.BLANK_OWNER, form.BLANK_DUE, form.BLANK_LESSONS),
        f"{form.BLANK_START} to {form.BLANK_END}",
        "Title (incident #)",
    )
)
"""Those of the playbook's form, and of a book that many have copied."""

_BLANK: Final = re.compile(
    r"\[[^\[\]]*\]"  # [what is to be written]
    r"|[?%()\s]*\?[?%()\s]*(?:of|mins?|minutes|hours|h|m)?[?%()\s]*"  # ?mins, ??% (?? of ??)
    r"|Action \d+ - Owner - Due Date"
    r"|(?i:tb[adc]|todo|to do|fixme|to be (?:added|announced|confirmed|decided|determined|filled in|written))\.?"
    r"|\.{2,}|…+"
)


def is_blank(words: str) -> bool:
    """Whether the words only say that some are missing; what stands for those that were taken out says more."""
    return words in BLANKS or bool(_BLANK.fullmatch(words) and words != REDACTED)


def is_placeholder(parts: Parts) -> bool:
    """Whether it is guidance in italics, or a blank, or a blank with guidance behind it."""
    if is_slanted(parts):
        return True
    said = words_of_parts(parts).strip()
    upright = words_of_parts(part for part in parts if not part.slanted).strip()
    return bool(said) and is_blank(upright if any(part.slanted for part in parts) else said)
