"""Runbooks that other people wrote in Markdown: read as steps for people, never as commands for tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from attrs import evolve, frozen

from incidentkit.errors import DocumentInvalid, RunbookInvalid, expect
from incidentkit.inbound.markdown_tree import markdown_tree
from incidentkit.inbound.outline import Draft, Outline, outline
from incidentkit.inbound.remainder import left_over
from incidentkit.inbound.source_text import source_text
from incidentkit.inbound.warning import Oddity, ReadWarning
from incidentkit.model.identity import checked_name
from incidentkit.policy.obligation import LONGEST_REASON
from incidentkit.policy.parameter import literal
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.runbook import MOST_STEPS, Runbook
from incidentkit.policy.step import LONGEST_STEP, Instruct
from incidentkit.text.document import flat

LONGEST_WORDS: Final = LONGEST_REASON - 200
"""Characters of one step: the reason of what is owed names the runbook and the step, and then has all its words."""

INTRODUCTION: Final = "Introduction"
"""What the step is called that has the rest of a long introduction."""

_CODE: Final = re.compile(r"(`+)(?P<code>[^`].*?)(?:(?<!`)\1(?!`)|\Z)", re.DOTALL)
"""What is marked as code in words, be it that it goes on beyond them."""

_LEFT_OUT: Final = "…"
"""What stands in a name for a command that cannot."""

NAMELESS: Final = "Step"
"""What a step is called that has neither number nor words which a screen can show."""


@frozen
class ReadRunbook:
    """A runbook as it was read, and what was not understood, in the order of lines."""

    runbook: Runbook
    warnings: tuple[ReadWarning, ...]


def read_runbook(document: str | bytes, *, owner: Recipient, name: str = "", source: str = "") -> ReadRunbook:
    """The runbook that a Markdown document describes, in steps that instruct people.

    Numbered items, tasks and headings are steps. Commands become words of the instruction: what a person is to run.
    No word is dropped without a warning. ``name`` is the title of the document if it is not given, and ``source`` says
    where the document lies: each step has it, with its line.

    Raises `DocumentInvalid` for what is no text, is too long, or has no steps or too many, and `FieldInvalid` for a
    ``source`` that is no name. What `Runbook` refuses, such as a ``name`` that is too long, raises as it does there.
    """
    expect(Recipient, owner, RunbookInvalid, "the owner of a runbook is a recipient")
    where = checked_name("source", source) if source else ""
    given = source_text(document, where)
    found = outline(markdown_tree(given.text))
    if not found.drafts:
        problem = "no steps are in it: a runbook has numbered items, tasks or headings, or at least bullets or commands"
        raise DocumentInvalid("$", problem, source=where)
    title = _name(found.title or given.title or PurePath(where).stem, banned="/#")
    called = name or _cut(title or "Runbook", LONGEST_STEP)
    bound = _Bound(found, called, where)
    warnings = (*given.warnings, *bound.warnings, *left_over(given.text.split("\n"), _kept(found), Oddity.LEFT_OVER))
    runbook = Runbook(called, bound.steps, owner=owner, what=bound.what, source=where)
    return ReadRunbook(runbook, tuple(sorted(warnings, key=lambda each: (each.line, each.code))))


def _kept(found: Outline) -> Iterator[str]:
    yield from (found.title, found.introduction, *(draft.text for draft in found.drafts))


class _Bound:
    """The steps of an outline under names of their own, each of a length that a log keeps."""

    def __init__(self, found: Outline, called: str, source: str) -> None:
        self._source = source
        self._names: dict[Draft, str] = {}
        self._taken: set[str] = set()
        self._split: list[tuple[ReadWarning, Draft]] = []
        title = found.title if found.title != called else ""
        self.what, *rest = _pieces("\n".join(filter(None, (title, found.introduction)))) or [""]
        drafts = found.drafts
        if rest:
            draft = Draft(1, "", rest, title=INTRODUCTION)
            self._split.append((ReadWarning(line=1, code=Oddity.LONG_INTRODUCTION, words=rest[0]), draft))
            drafts = (draft, *drafts)
        self._check(len(drafts))
        self._split += [(_too_long(draft), draft) for draft in found.drafts if len(draft.text) > LONGEST_WORDS]
        self.steps = [step for draft in drafts for each in _apart(draft) for step in self._steps(each, draft)]
        self._check(len(self.steps))
        self.warnings = [
            evolve(warning, step=self._names.get(draft, "")) for warning, draft in (*found.warnings, *self._split)
        ]

    def _check(self, steps: int) -> None:
        if steps > MOST_STEPS:
            problem = f"{steps} steps are in it, and a runbook has {MOST_STEPS} at the most: split the document"
            raise DocumentInvalid("$", problem, source=self._source)

    def _steps(self, draft: Draft, whole: Draft) -> Iterator[Instruct]:
        """The step, or several if its words are too many for one."""
        pieces = _pieces(draft.text)
        words = _name(draft.title or "\n".join(draft.parts[:1]), banned="/") or NAMELESS
        base = f"{draft.number}. {words}" if draft.number else words
        for piece in pieces:
            name = self._free(base)
            self._names.setdefault(whole, name)
            line = f"line {draft.line}"
            yield Instruct(name, what=literal(piece), source=f"{self._source}, {line}" if self._source else line)

    def _free(self, base: str) -> str:
        """The name, or the first with a number behind it that no step has."""
        name, number = _cut(base, LONGEST_STEP), 1
        while name in self._taken:
            number += 1
            name = f"{_cut(base, LONGEST_STEP - len(f' ({number})'))} ({number})"
        self._taken.add(name)
        return name


def _apart(draft: Draft) -> list[Draft]:
    """The step; what stands before it is a step of its own if both are too much for one."""
    if not draft.before or len(draft.text) <= LONGEST_WORDS:
        return [draft]
    return [Draft(draft.before[0].line, "", [each.text for each in draft.before]), evolve(draft, before=[])]


def _too_long(draft: Draft) -> ReadWarning:
    """The warning that a step is split, with its longest line."""
    longest = max(draft.text.split("\n"), key=len)
    is_command = len(longest) > LONGEST_WORDS and longest.lstrip(" -").startswith("`")
    code = Oddity.LONG_COMMAND if is_command else Oddity.LONG_STEP
    return ReadWarning(line=draft.line, code=code, words=longest)


def _name(words: str, *, banned: str) -> str:
    """Words in one line, without the characters that names have not, and without commands that have them.

    Of very many words the first. A command that is not itself any more would be another one.
    """
    kept = _CODE.sub(lambda found: _unchanged(found, banned), words[: 10 * LONGEST_STEP])
    name = flat("".join(" " if each in banned else each for each in kept))
    return name if name.strip(f"{_LEFT_OUT} ") else ""


def _unchanged(found: re.Match[str], banned: str) -> str:
    """A command with its marks, if a name can have it as it is."""
    code = found["code"]
    is_kept = flat(code) == code.strip(" ") and not any(each in banned for each in code)
    return found[0] if is_kept else _LEFT_OUT


def _cut(words: str, longest: int) -> str:
    """Words up to a length, the last one whole if that is possible."""
    if len(words) <= longest:
        return words
    kept = words[: longest - 1]
    end = kept.rfind(" ") if words[longest - 1] != " " else longest
    return f"{(kept[:end] if end > longest // 2 else kept).rstrip()}…"


def _pieces(text: str) -> list[str]:
    """The text in pieces that an instruction can have: cut between lines, else between words, else anywhere."""
    pieces: list[str] = []
    while len(text) > LONGEST_WORDS:
        end = text.rfind("\n", 0, LONGEST_WORDS) + 1 or text.rfind(" ", 0, LONGEST_WORDS) + 1 or LONGEST_WORDS
        pieces.append(text[:end].rstrip())
        text = text[end:]
    return [each for each in (*pieces, text.rstrip()) if each]
