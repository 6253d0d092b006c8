"""Placeholders: what templates write where something is to be filled in."""

from __future__ import annotations

import re
from typing import Final

from incidentkit.inbound.wording import Parts, is_slanted, words_of_parts
from incidentkit.model.events import REDACTED
from incidentkit.policy.postmortem import BLANKS

_BLANK: Final = re.compile(
    r"\[[^\[\]]*\]"  # [what is to be written]
    r"|[?%()\s]*\?[?%()\s]*(?:of|mins?|minutes|hours|h|m)?[?%()\s]*"  # ?mins, ??% (?? of ??)
    r"|Action \d+ - Owner - Due Date|Title \(incident #\)"
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
