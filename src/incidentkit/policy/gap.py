"""Gaps: what a post-mortem lacks that the playbook's form asks for (section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import frozen


class Gap(StrEnum):
    """What a post-mortem lacks. A code keeps its meaning for ever, so that checks can name those that they allow."""

    TITLE = "PMT001"
    SUMMARY = "PMT002"
    USERS = "PMT003"
    DURATION = "PMT004"
    SERVICES = "PMT005"
    DATA_LOSS = "PMT006"
    TIMELINE = "PMT007"
    ROOT_CAUSE = "PMT008"
    RESOLUTION = "PMT009"
    WENT_WELL = "PMT010"
    COULD_BE_BETTER = "PMT011"
    ACTION_ITEMS = "PMT012"
    LESSONS = "PMT013"
    OWNER = "PMT014"
    DUE = "PMT015"

    @property
    def meaning(self) -> str:
        """What is to be written, in one sentence."""
        return _MEANING[self]


_MEANING: Final[Mapping[Gap, str]] = {
    Gap.TITLE: "It has no title.",
    Gap.SUMMARY: "Nobody has said in a few words what happened.",
    Gap.USERS: "Nobody has said how many users were affected.",
    Gap.DURATION: "Nobody has said from when to when it lasted.",
    Gap.SERVICES: "Nobody has said which services were impacted.",
    Gap.DATA_LOSS: "Nobody has said whether data were lost.",
    Gap.TIMELINE: "The timeline is empty.",
    Gap.ROOT_CAUSE: "Nobody has explained what caused it.",
    Gap.RESOLUTION: "Nobody has said how it was resolved.",
    Gap.WENT_WELL: "Nobody has said what went well.",
    Gap.COULD_BE_BETTER: "Nobody has said what could be better.",
    Gap.ACTION_ITEMS: "Nothing follows from it: there is no action item.",
    Gap.LESSONS: "Nobody has said what is learned from it.",
    Gap.OWNER: "An action item has no owner.",
    Gap.DUE: "An action item has no date by which it is done.",
}


@frozen
class Missing:
    """Something that a post-mortem lacks, and of what, if it can lack it several times."""

    gap: Gap
    where: str = ""

    def __str__(self) -> str:
        return f"{self.gap} {self.gap.meaning}{f' ({self.where})' if self.where else ''}"
