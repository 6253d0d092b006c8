"""The steps of runbooks for people: each in a line of a list, and all of them as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, assert_never

from incidentkit.model.conditions import ALWAYS
from incidentkit.model.durations import duration_text
from incidentkit.policy.drawing import quoted
from incidentkit.policy.parameter import Argument, Parameter, value_text
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.step import Check, Decide, Failure, Include, Instruct, Step, ToolStep, Use
from incidentkit.text.document import Code, Inline, Strong, Text

_AFTER_FAILURE: Final[Mapping[Failure, str]] = {
    Failure.WAIT: "",
    Failure.GO_ON: " If it fails, go on.",
    Failure.UNDO: " If it fails, undo what was done.",
}

DESTRUCTIVE: Final = "destructive"
"""What flowcharts call the class of the steps whose every try is confirmed."""


def parameter_line(parameter: Parameter) -> Iterator[Inline]:
    """What has to be said when a runbook is started, in one line."""
    yield Code(f"{{{parameter.name}}}")
    yield Text(f", {parameter.kind}" + (f" ({', '.join(parameter.options)})" if parameter.options else ""))
    if parameter.question.strip():
        yield Text(f": {parameter.question}")
    if parameter.default is not None:
        yield Text(" If nobody says: ")
        yield Code(value_text(parameter.default))


def step_line(step: Step, owner: Recipient) -> Iterator[Inline]:
    """What a step does, when, by whom it is done and confirmed, and what undoes it, in one line.

    ``owner`` is that of its runbook.
    """
    yield Strong(step.words)
    if step.when != ALWAYS:
        yield Text(", if ")
        yield Code(str(step.when))
    yield Text(": ")
    by = step.owner or owner
    match step:
        case Use():
            yield from _asked(step)
            yield Text(_confirmed(step, by) + _undone(step) + _AFTER_FAILURE[step.on_failure])
        case Check():
            yield from _asked(step)
            yield Text(_checked(step) + _AFTER_FAILURE[step.on_failure])
        case Instruct():
            yield Text(f"done by {by}.")
        case Decide():
            yield Text(f"answered by {by}, as ")
            yield Code(step.fact.name)
        case Include():
            yield Text("go through ")
            yield Code(step.runbook)
            yield from _given(step.parameters)
        case _:
            assert_never(step)
    if step.source.strip():
        yield Text(f" [{step.source}]")


def _asked(step: ToolStep) -> Iterator[Inline]:
    yield Code(step.operation)
    yield from _given(step.arguments)
    if step.learns:
        yield Text(f", which tells {', '.join(fact.name for fact in step.learns.values())}")
    yield Text(".")


def _given(arguments: Mapping[str, Argument]) -> Iterator[Inline]:
    for number, (name, value) in enumerate(arguments.items()):
        yield Text(f"{', ' if number else ' with '}{name} ")
        yield Code(value_text(value))


def _confirmed(step: Use, by: Recipient) -> str:
    if not step.is_confirmed:
        return ""
    who = " or ".join(map(str, step.confirmed_by or (by,)))
    return f" Destructive: every try is confirmed by {who}." if step.is_destructive else f" Confirmed by {who}."


def _undone(step: Use) -> str:
    tool = step.tool
    if not tool.changes:
        return ""
    ways = " or ".join(f"{tool.slot}.{method}" for method in tool.undone_by)
    temporary = " Temporary: it is undone or made permanent in the end." if step.temporary else ""
    return (f" Undone by {ways}." if ways else " No tool undoes it.") + temporary


def _checked(step: Check) -> str:
    until = f" for up to {duration_text(step.patience)} until it is well" if step.patience else ""
    lasting = f" for {duration_text(step.lasting)} in which it stays well" if step.lasting else ""
    both = ", then".join(filter(None, (until, lasting)))
    return f" Every {duration_text(step.every)}{both}." if both else ""


def flowchart(steps: Sequence[Step]) -> str:
    """The steps one after the other in Mermaid's language; a guard leads around its step if it is false."""
    nodes: list[str] = []
    arrows: list[str] = []
    for number, step in enumerate(steps, start=1):
        begin, after = f"s{number}", _entry(steps, number + 1)
        nodes.append(f"    {begin}{_node(number, step)}")
        if step.when != ALWAYS:
            nodes.append(f"    g{number}{{{quoted(str(step.when))}}}")
            arrows += [f'    g{number} -->|"YES"| {begin}', f'    g{number} -->|"NO"| {after}']
        arrows.append(f"    {begin} --> {after}")
    marked = [
        f"s{number}" for number, step in enumerate(steps, start=1) if isinstance(step, Use) and step.is_destructive
    ]
    marks = [f"    classDef {DESTRUCTIVE} stroke-width:4px", f"    class {','.join(marked)} {DESTRUCTIVE}"]
    return "\n".join(["flowchart TD", *nodes, '    done(["Done"])', *arrows, *(marks if marked else [])])


def _entry(steps: Sequence[Step], number: int) -> str:
    """Where the step of that number begins: at its guard, if it has one."""
    if number > len(steps):
        return "done"
    return f"s{number}" if steps[number - 1].when == ALWAYS else f"g{number}"


def _node(number: int, step: Step) -> str:
    """The label of a step in the shape of its kind."""
    destructive = f" ({DESTRUCTIVE})" if isinstance(step, Use) and step.is_destructive else ""
    label = quoted(f"{number}. {step.words}{destructive}")
    match step:
        case Use() | Check():
            return f"[{label}]"
        case Instruct():
            return f"[/{label}/]"
        case Decide():
            return f"([{label}])"
        case Include():
            return f"[[{label}]]"
        case _:
            assert_never(step)
