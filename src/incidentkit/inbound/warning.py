"""Warnings: what was not understood in a document that somebody else wrote, and what was done with it."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from attrs import frozen

from incidentkit.errors import shown


class Oddity(StrEnum):
    """What was met in a runbook, or before the text of any document.

    A code keeps its meaning for ever, so that a program can name those that it accepts.
    """

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


class Unclear(StrEnum):
    """What was met in a post-mortem. A code keeps its meaning for ever, as those of `Oddity` do."""

    PLACEHOLDER = "PM001"
    HEADING = "PM002"
    NO_SECTIONS = "PM003"
    SEVERAL = "PM004"
    TIME = "PM005"
    NO_DATE = "PM006"
    NO_YEAR = "PM007"
    NO_ZONE = "PM008"
    ZONE = "PM009"
    SPAN = "PM010"
    ORDER = "PM011"
    BACKWARDS = "PM012"
    LENGTH = "PM013"
    OWNER = "PM014"
    DUE = "PM015"
    ENCODING = "PM016"
    LONG = "PM017"
    LEFT_OVER = "PM018"
    OUTSIDE = "PM019"
    MISSPELT = "PM020"
    NEXT_DAY = "PM021"
    CHANGED_CLOCKS = "PM022"

    @property
    def meaning(self) -> str:
        """What it says, in one sentence."""
        return _UNCLEAR[self][0]

    @property
    def remedy(self) -> str:
        """What was done with it, in one sentence."""
        return _UNCLEAR[self][1]


_UNCLEAR = {
    Unclear.PLACEHOLDER: (
        "A template's words stand where something is to be filled in.",
        "They were left out: they count as not filled in, and are in the warning.",
    ),
    Unclear.HEADING: (
        "A heading says more than which section it is.",
        "It was understood as that section: its words are in the warning.",
    ),
    Unclear.NO_SECTIONS: (
        "No heading is one that post-mortems have.",
        "All of it was kept as other sections.",
    ),
    Unclear.SEVERAL: (
        "Several incidents are in it.",
        "The first was read, and the others were kept as other sections: `read_postmortems` reads them all.",
    ),
    Unclear.TIME: (
        "A time cannot be told exactly.",
        "Its words were kept as they are.",
    ),
    Unclear.NO_DATE: (
        "A time has no date, and none was said before.",
        "Its words were kept as they are.",
    ),
    Unclear.NO_YEAR: (
        "A date has no year.",
        "It is in the year of all other dates; if these have none, or several, its words were kept as they are.",
    ),
    Unclear.NO_ZONE: (
        "Nobody said in which time zone the times are.",
        "They were read as UTC.",
    ),
    Unclear.ZONE: (
        "The abbreviation of a time zone is used for several, or for other words.",
        "BST was read as British Summer Time, CST as that of America, IST as that of India; other words stay words.",
    ),
    Unclear.SPAN: (
        "An entry has more than one time.",
        "It is at the first: the words of all stand in it.",
    ),
    Unclear.ORDER: (
        "A time without a date is earlier than the one before it, by six hours at the most, or among falling ones.",
        "It was read as of the same day.",
    ),
    Unclear.BACKWARDS: (
        "It ends before it begins.",
        "Both times were kept as they are said.",
    ),
    Unclear.LENGTH: (
        "How long something took cannot be told exactly.",
        "Its words were kept as they are.",
    ),
    Unclear.OWNER: (
        "It says that an action item has an owner, and not who.",
        "It has none: the words are in the warning.",
    ),
    Unclear.DUE: (
        "The date by which an action item is to be done is no date, or has no year.",
        "Its words were kept with what is to be done.",
    ),
    Unclear.ENCODING: (
        "Words look like UTF-8 that was read as something else.",
        "They were kept as they are: `repaired` gives what was meant.",
    ),
    Unclear.LONG: (
        "Words are too many for one name, title or entry.",
        "The rest was left out: it is in the warning.",
    ),
    Unclear.LEFT_OVER: (
        "Words of a line have no place in a post-mortem.",
        "They were left out: the line is in the warning.",
    ),
    Unclear.OUTSIDE: (
        "Words stand in a section of entries or items, and are none.",
        "They were kept as another section.",
    ),
    Unclear.MISSPELT: (
        "A heading is none of those that post-mortems have, and resembles one.",
        "It was kept as another section, so what stands below it counts for nothing else.",
    ),
    Unclear.NEXT_DAY: (
        "A time without a date is more than six hours earlier than the one before it.",
        "It was read as of the next day.",
    ),
    Unclear.CHANGED_CLOCKS: (
        "A time is there twice or not at all, because the clocks of its zone were changed then.",
        "It was read as if they had not been changed yet.",
    ),
}

Code: TypeAlias = Oddity | Unclear
"""What was met in a document, whatever it is about."""


@frozen(kw_only=True)
class ReadWarning:
    """One thing that was not understood: where, what, and what was done with it."""

    line: int
    """The line of the source, counted from one."""
    code: Code
    words: str
    """The words that it is about; in full where they are left out."""
    step: str = ""
    """The name of the step to which they went; empty if there is none."""

    def __str__(self) -> str:
        where = f" ({shown(self.step)})" if self.step else ""
        return f"{self.code} line {self.line}: {self.code.meaning} {self.code.remedy}{where} {shown(self.words)}"
