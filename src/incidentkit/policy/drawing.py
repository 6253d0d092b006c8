"""Decision trees as text, in the playbook's own form, and as a Mermaid flowchart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

from incidentkit.policy.question import Question, is_question

Branch: TypeAlias = tuple[str, Any]
"""The answers that lead to a node, as one label, and the node."""


def draw(root: Question[Any]) -> str:
    """The way down under each other, what leaves it to the side; what does not fit beside follows as a block ``[2]``.

    ::

        Are users affected? ──NO──▶ Monitor closely
            │ YES
            ▼
        Is it impacting core functionality? ──NO──▶ SEV-3 or SEV-4
    """
    return "\n\n".join("\n".join(block) for block in _Drawing(root).blocks())


class _Drawing:
    """Numbers the questions that are drawn as blocks of their own: those aside, and those with several ways in."""

    def __init__(self, root: Question[Any]) -> None:
        parents = Counter(
            branch[1] for question in root.questions for branch in branches(question) if is_question(branch[1])
        )
        aside = {node for question in root.questions for _, node in ways(question)[1] if is_question(node)}
        apart = [question for question in root.questions if question in aside or parents[question] > 1]
        self.root = root
        self.numbers = {question: number for number, question in enumerate(apart, start=2)}

    def blocks(self) -> Iterator[list[str]]:
        """The lines of each block: first that of the root, then the numbered ones."""
        yield [*self.down(self.root)]
        for question, number in self.numbers.items():
            first, *rest = self.down(question)
            yield [f"[{number}] {first}", *rest]

    def down(self, question: Question[Any]) -> Iterator[str]:
        """The lines of one block."""
        while True:
            (label, node), aside = ways(question)
            beside, *others = [f"──{answers}──▶ {self.target(target)}" for answers, target in aside] or [""]
            yield f"{_line(question.text)} {beside}".rstrip()
            yield from (f"    ├{other}" for other in others)
            yield f"    │ {label}"
            yield "    ▼"
            if is_question(node) and node not in self.numbers:
                question = node
                continue
            yield self.target(node)
            return

    def target(self, node: Any) -> str:
        """What a branch points at: the number of a block, or the text of the node."""
        return f"[{self.numbers[node]}]" if is_question(node) else _line(str(node))


def branches(question: Question[Any]) -> list[Branch]:
    """The branches in their order, with those to the same node as one: ``NO/UNSURE``."""
    merged: list[tuple[list[str], Any]] = []
    for answer, node in question.branches.items():
        for answers, target in merged:
            if target == node:
                answers.append(answer)
                break
        else:
            merged.append(([answer], node))
    return [("/".join(_line(answer).upper() for answer in answers), node) for answers, node in merged]


def ways(question: Question[Any]) -> tuple[Branch, list[Branch]]:
    """The branch to draw downwards, the longest and of equals the last, and those to draw aside."""
    several = branches(question)
    down = max(several, key=lambda branch: (_depth(branch[1]), several.index(branch)))
    return down, [branch for branch in several if branch is not down]


def _depth(node: Any) -> int:
    return node.depth if is_question(node) else 0


def _line(text: str) -> str:
    """Text in one line, whatever white space it came with."""
    return " ".join(text.split())


def to_mermaid(root: Question[Any]) -> str:
    """A flowchart in Mermaid's language; text stays text, whatever it contains."""
    names: dict[Any, str] = {question: f"q{number}" for number, question in enumerate(root.questions, start=1)}
    lines = [f"    {names[question]}{{{quoted(question.text)}}}" for question in root.questions]
    ends: list[Any] = []
    arrows: list[str] = []
    for question in root.questions:
        for label, node in branches(question):
            if not is_question(node):
                if node not in ends:
                    ends.append(node)
                    lines.append(f"    c{len(ends)}[{quoted(str(node))}]")
                target = f"c{ends.index(node) + 1}"
            else:
                target = names[node]
            arrows.append(f"    {names[question]} -->|{quoted(label)}| {target}")
    return "\n".join(["flowchart TD", *lines, *arrows])


def quoted(text: str) -> str:
    """A label in Mermaid's language that shows the text as it is, in one line."""
    escaped = "".join(f"#{ord(character)};" if character in '"#<>&`\\' else character for character in _line(text))
    return f'"{escaped}"'
