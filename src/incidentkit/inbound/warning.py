"""Warnings: what was not understood in a document that somebody else wrote, and what was done with it."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from incidentkit.errors import shown


class Oddity(StrEnum):
    """What was met. A code keeps its meaning for ever, so that a program can name those that it accepts."""

    FRONT_MATTER = "MD001"
    SECTION = "MD002"
    BULLETS = "MD003"
    NO_LIST = "MD004"
    OUTSIDE = "MD005"
    LONG_INTRODUCTION = "MD006"
    LONG_STEP = "MD007"
    LONG_COMMAND = "MD008"
    TICKED_OFF = "MD009"
    CHARACTERS = "MD010"
    LEFT_OVER = "MD011"

    @property
    def meaning(self) -> str:
        """What it says, in one sentence."""
        return _TOLD[self][0]

    @property
    def remedy(self) -> str:
        """What was done with it, in one sentence."""
        return _TOLD[self][1]


_TOLD = {
    Oddity.FRONT_MATTER: (
        "Settings stand before the text.",
        "They were left out: their words are in the warning.",
    ),
    Oddity.SECTION: (
        "A heading has no numbered steps under it.",
        "It became a step: remove that if it is only background.",
    ),
    Oddity.BULLETS: (
        "There are no numbered steps and no headings, but bullets.",
        "Each bullet became a step.",
    ),
    Oddity.NO_LIST: (
        "There are commands, but no list and no headings.",
        "All of it became one step.",
    ),
    Oddity.OUTSIDE: (
        "Words stand after a step, and outside of it.",
        "They were added to that step.",
    ),
    Oddity.LONG_INTRODUCTION: (
        "What stands before the first step is too long to say what the runbook is for.",
        "The rest became a step.",
    ),
    Oddity.LONG_STEP: (
        "The words of a step are too long for one instruction.",
        "They were split over several steps.",
    ),
    Oddity.LONG_COMMAND: (
        "A line of a command is too long for one instruction.",
        "It was split over several steps: run it from the source, not from there.",
    ),
    Oddity.TICKED_OFF: (
        "A task is ticked off already.",
        "It became a step all the same.",
    ),
    Oddity.CHARACTERS: (
        "A line has characters that control a screen, turn the direction of reading, or are none.",
        f"Each became {chr(0xFFFD)!r}.",
    ),
    Oddity.LEFT_OVER: (
        "Words of a line have no place in any step.",
        "They were left out: the line is in the warning.",
    ),
}


@frozen(kw_only=True)
class ReadWarning:
    """One thing that was not understood: where, what, and what was done with it."""

    line: int
    """The line of the source, counted from one."""
    code: Oddity
    words: str
    """The words that it is about; in full where they are left out."""
    step: str = ""
    """The name of the step to which they went; empty if there is none."""

    def __str__(self) -> str:
        where = f" ({shown(self.step)})" if self.step else ""
        return f"{self.code} line {self.line}: {self.code.meaning} {self.code.remedy}{where} {shown(self.words)}"
