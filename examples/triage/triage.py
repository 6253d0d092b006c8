"""Works through an emergency: from half of the facts to a certain severity, then through both decision trees.

As it is, the program answers its own questions. With ``--ask`` it asks you.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from incidentkit import EMERGENCY, Conclusion, IncidentkitError, Triage, Walk
from incidentkit.playbooks.emergency import CORE_FUNCTIONALITY, ERROR_RATE

T = TypeVar("T")
Ask: TypeAlias = Callable[[str, str], str]
"""Gets an answer to a question; the second text says which answers there are."""

REPORTED = {ERROR_RATE: 0.34, CORE_FUNCTIONALITY: True}
"""What monitoring and the first reports say."""

SCRIPT = {
    "Is data at risk?": "no",
    "Is security compromised?": "no",
    "Is production down?": "no",
    "Has data been lost or corrupted?": "no",
    "Can we fix quickly (< 15 min)?": "no",
    "Can we fix in < 30 min?": "no",
    "Is rollback safe?": "unsure",
}


def ask_the_script(question: str, options: str) -> str:
    """What the script says; to a question that it does not know, the mildest that makes sense."""
    mildest = "no" if "no" in options.split() else "0" if "number" in options else "1h"
    answer = SCRIPT.get(question, mildest)
    print(f"{question} {answer}")
    return answer


def ask_the_person(question: str, options: str) -> str:
    return input(f"{question} ({options}) ").strip()


def until_accepted(ask: Ask, question: str, options: str, accept: Callable[[str], T]) -> T:
    """Ask again until the answer makes sense; the error says what does."""
    while True:
        try:
            return accept(ask(question, options))
        except IncidentkitError as error:
            print(f"  {error}")


def ask_next(triage: Triage[Any], ask: Ask) -> Triage[Any] | None:
    """The triage with its next question answered; nothing, when there is none."""
    fact = triage.next_question
    if fact is None:
        return None
    value = until_accepted(ask, fact.question, fact.answers, fact.answer)
    return EMERGENCY.triage(triage.facts.with_value(fact, value))


def walk_to_the_end(walk: Walk[Conclusion], ask: Ask) -> Walk[Conclusion]:
    """Ask what the facts did not answer."""
    while (question := walk.question) is not None:
        walk = until_accepted(ask, question.text, " or ".join(question.branches), walk.answer)
    return walk


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}\n")


def work_through(ask: Ask) -> None:
    triage = EMERGENCY.triage(REPORTED)
    heading("What is known so far allows")
    print(triage.explain())

    heading("Questions")
    while (answered := ask_next(triage, ask)) is not None:
        triage = answered
        print(f"  possible: {', '.join(map(str, sorted(triage.possible, reverse=True)))}")

    heading("The severity")
    print(triage.explain())

    for tree in EMERGENCY.trees.values():
        heading(tree.title)
        print(tree, end="\n\n")
        walk = tree.decide(triage.facts)
        for step in walk.path:
            print(f"{step}, by the facts")
        print(f"\n  ▶ {walk_to_the_end(walk, ask).conclusion}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ask", action="store_true", help="answer the questions yourself")
    asked = parser.parse_args().ask
    try:
        work_through(ask_the_person if asked else ask_the_script)
    except (EOFError, KeyboardInterrupt):
        print("\n\nStopped. While questions are open, the worst severity that is possible counts.")


if __name__ == "__main__":
    main()
