"""Findings of the linter: what is legal in a playbook or a directory, and unwise."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from attrs import frozen

from incidentkit.text.document import Code as Literally
from incidentkit.text.document import Table


class Code(StrEnum):
    """What was found. A code keeps its meaning for ever, so checks can name those that they allow."""

    UNREACHABLE_LEVEL = "ESC001"
    OUT_OF_ORDER = "ESC002"
    QUORUM_TOO_LARGE = "ESC003"
    EVERYBODY_OF_NOBODY = "ESC004"
    EXPIRES_WITHIN_A_ROUND = "ESC005"
    NO_CATCH_ALL = "ESC006"
    CATCH_ALL_PAGED_BEFORE = "ESC007"
    CHAIN_OF_DAYS = "ESC008"
    ON_TWO_LEVELS = "ESC009"
    NOTICE_REACHES_NOBODY = "ESC010"
    ONLY_ON_CALL = "ESC011"
    BROUGHT_ALONG = "ESC012"
    NOBODY_TO_ACKNOWLEDGE = "ESC013"
    ALIKE_NAMES = "ESC014"
    STOPPED_FROM_THE_BEGINNING = "ESC015"
    NEVER_TOLD = "COM001"
    NO_PRIVATE_CHANNEL = "COM002"
    NO_GUARDIANS = "COM003"
    NO_UPDATES = "COM004"
    NO_UPDATE_REMINDERS = "COM005"
    UNUSED_TEMPLATE = "COM006"
    NO_PUBLIC_SUMMARY = "COM007"
    NOTHING_OPENED = "COM008"
    NEVER_OWED = "CHK001"
    NO_REMINDERS = "CHK002"
    IDLE_REMINDERS = "CHK003"
    NO_CRITERIA = "ROL001"
    NEVER_ASKED = "ROL002"
    NEVER_TRUE = "ROL003"
    SAID_TWICE = "ROL004"
    WEIGHS_NOTHING = "ROL005"
    NEVER_ANSWERED = "RUN001"
    NEVER_DONE = "RUN002"
    IDLE_GUARD = "RUN003"
    NOBODY_NAMED = "RUN004"
    NOT_UNDONE = "RUN005"
    PATIENT = "RUN006"
    NOBODY_TOLD = "RUN007"
    UNUSED_PARAMETER = "RUN008"
    LEARNT_TWICE = "RUN009"
    UNKNOWN_RECIPIENT = "DIR001"
    NOBODY = "DIR002"
    NO_METHOD = "DIR003"
    METHOD_OF_NOBODY = "DIR004"
    UNUSED_METHOD = "DIR005"
    GAP = "DIR006"
    UNKNOWN_SEVERITY = "DIR007"
    LONG_MAINTENANCE = "DIR008"
    WORST_HELD = "DIR009"
    IDLE_OVERRIDE = "DIR010"

    @property
    def meaning(self) -> str:
        """What it says, in one sentence."""
        return _MEANING[self]


_MEANING = {
    Code.UNREACHABLE_LEVEL: "No incident ever reaches the level by itself.",
    Code.OUT_OF_ORDER: "The level is reached no later than one before it, and levels are not cumulative.",
    Code.QUORUM_TOO_LARGE: "The level asks for more acknowledgements than it has people to give them.",
    Code.EVERYBODY_OF_NOBODY: "The level ends when everybody has acknowledged, and means nobody who could.",
    Code.EXPIRES_WITHIN_A_ROUND: "An acknowledgement expires before one round of the contact chain is over.",
    Code.NO_CATCH_ALL: "Nobody is paged when every chain has come to its end in vain.",
    Code.CATCH_ALL_PAGED_BEFORE: "The catch-all has nobody who is not on a level already.",
    Code.CHAIN_OF_DAYS: "It takes more than a day until the contact chain of a level has come to its end.",
    Code.ON_TWO_LEVELS: "A person is on several levels, so a higher level may bring in nobody new.",
    Code.NOTICE_REACHES_NOBODY: "Nobody who can be paged has a method of the notice.",
    Code.ONLY_ON_CALL: "Nobody is paged for the level when the on-call system names nobody or does not answer.",
    Code.BROUGHT_ALONG: "A later level brings one along that is for when nobody has acknowledged, though somebody has.",
    Code.NOBODY_TO_ACKNOWLEDGE: "No acknowledgement ends the level: those whose acknowledgements count are nobody.",
    Code.ALIKE_NAMES: "The names of two levels differ only in capital letters.",
    Code.STOPPED_FROM_THE_BEGINNING: "Nobody is paged for the level before somebody has acknowledged.",
    Code.NEVER_TOLD: "No incident ever makes the announcement go out.",
    Code.NO_PRIVATE_CHANNEL: "A restricted incident has no channel, because no private one is opened.",
    Code.NO_GUARDIANS: "Nobody is told that an incident is restricted.",
    Code.NO_UPDATES: "There are reminders of updates, and no severity owes any again and again.",
    Code.NO_UPDATE_REMINDERS: "Updates are owed, and nobody is reminded of them.",
    Code.UNUSED_TEMPLATE: "No announcement uses the template.",
    Code.NO_PUBLIC_SUMMARY: "A message to the public has no place for what people write for it.",
    Code.NOTHING_OPENED: "The announcement needs something that none opens: a channel, a ticket or an entry.",
    Code.NEVER_OWED: "No incident ever makes the item owed.",
    Code.NO_REMINDERS: "An item has a time, and nobody is reminded when that has run out.",
    Code.IDLE_REMINDERS: "A checklist has reminders, and none of its items a time.",
    Code.NO_CRITERIA: "The rollback policy has no criteria, so its tree alone says what to do.",
    Code.NEVER_ASKED: "The criterion asks for what is never known of an incident.",
    Code.NEVER_TRUE: "No incident ever makes the criterion true.",
    Code.SAID_TWICE: "The criterion has the condition of one before it.",
    Code.WEIGHS_NOTHING: "The tree never comes to what the criteria would be weighed against.",
    Code.NEVER_ANSWERED: "The runbook asks for what is never known of an incident.",
    Code.NEVER_DONE: "No incident ever makes the guard of the step true.",
    Code.IDLE_GUARD: "The guard of the step is false for no incident.",
    Code.NOBODY_NAMED: "The step is destructive, and nobody is named to confirm it.",
    Code.NOT_UNDONE: "The step is to be undone, and no tool undoes what it does.",
    Code.PATIENT: "The check waits for more than an hour until something is well.",
    Code.NOBODY_TOLD: "Steps wait for people, and nobody is told of it.",
    Code.UNUSED_PARAMETER: "No step uses the parameter.",
    Code.LEARNT_TWICE: "A step learns what one before it has learnt, and nothing is done in between.",
    Code.UNKNOWN_RECIPIENT: "The directory does not know a recipient.",
    Code.NOBODY: "A recipient means nobody now.",
    Code.NO_METHOD: "A person who is to be reached has no contact method of the chain.",
    Code.METHOD_OF_NOBODY: "Nobody has a contact method that the playbook uses.",
    Code.UNUSED_METHOD: "The playbook does not use a contact method that people have.",
    Code.GAP: "Nobody is on call for some of the time to come.",
    Code.UNKNOWN_SEVERITY: "Maintenance names a severity that the playbook does not have.",
    Code.LONG_MAINTENANCE: "Maintenance holds pages for more than a week.",
    Code.WORST_HELD: "Maintenance holds pages of the worst severity.",
    Code.IDLE_OVERRIDE: "An override of a schedule changes nothing.",
}


@frozen(order=True)
class Finding:
    """Something to look at: its code, where it is, and what it is, in one sentence."""

    code: Code
    path: str
    """The place in the document of the playbook or of the directory, such as ``escalation.levels[0].until``."""
    message: str

    def __str__(self) -> str:
        return f"{self.code} {self.path}: {self.message}"


def lint_table(findings: Iterable[Finding]) -> Table:
    """A row for each finding."""
    rows = [(str(each.code), Literally(each.path), each.message) for each in findings]
    return Table(("code", "where", "what"), rows)
