"""Decision trees as documents hold them: questions and conclusions by name, so that branches can share them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from incidentkit.errors import DocumentInvalid, TreeInvalid, nearest, place, shown
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import Choice, FactKind, kinds
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.question import MAX_DEPTH, Conclusion, Question, is_question


@frozen
class ConclusionForm:
    """A conclusion in a document."""

    text: str = ""
    severities: tuple[str, ...] = ()


@frozen
class QuestionForm:
    """A question in a document: ``when`` is a condition, ``choice`` the name of a fact, or neither is there."""

    ask: str
    branches: dict[str, str]
    """The name of a question or conclusion, by answer."""
    when: str | None = None
    choice: str | None = None


@frozen
class TreeForm:
    """A decision tree in a document: questions and conclusions by name, so that branches can share them."""

    title: str
    start: str
    questions: dict[str, QuestionForm]
    conclusions: dict[str, ConclusionForm]
    facts: tuple[FactKind, ...] = ()
    scheme: SeverityScheme[Any] | None = None


def tree_form(title: str, root: Question[Any], vocabulary: Vocabulary) -> TreeForm:
    """Questions are named ``question-1`` and so on, in the order of a drawing, and conclusions likewise.

    Raises `TreeInvalid` for conclusions of another class than `Conclusion`, and for severities of two schemes.
    """
    questions = root.questions
    conclusions = _conclusions(questions)
    names: dict[Any, str] = {question: f"question-{n}" for n, question in enumerate(questions, start=1)}
    names |= {end: f"conclusion-{n}" for n, end in enumerate(conclusions, start=1)}
    schemes = list({severity.scheme: None for end in conclusions for severity in end.severities})
    if len(schemes) > 1:
        raise TreeInvalid(f"a document holds severities of one scheme, not of {' and '.join(map(repr, schemes))}")
    return TreeForm(
        title,
        names[root],
        {names[question]: _question_form(question, names) for question in questions},
        {names[end]: ConclusionForm(end.text, tuple(map(str, end.severities))) for end in conclusions},
        kinds(vocabulary),
        schemes[0] if schemes else None,
    )


def _conclusions(questions: Iterable[Question[Any]]) -> list[Conclusion]:
    """Where these questions lead, each once."""
    conclusions: dict[Conclusion, None] = {}
    for node in (node for question in questions for node in question.branches.values() if not is_question(node)):
        if not isinstance(node, Conclusion):
            raise TreeInvalid(f"a document holds conclusions of the class Conclusion, not {shown(node)}")
        conclusions[node] = None
    return [*conclusions]


def _question_form(question: Question[Any], names: Mapping[Any, str]) -> QuestionForm:
    subject = question.subject
    branches = {answer: names[node] for answer, node in question.branches.items()}
    if isinstance(subject, Condition):
        return QuestionForm(question.text, branches, when=str(subject))
    return QuestionForm(question.text, branches, choice=subject.name if subject else None)


def root_of(form: TreeForm) -> Question[Conclusion]:
    """The first question of the tree that a document describes; every problem with its path."""
    return _Reader(form).root()


class _Reader:
    """Builds the nodes of a form on demand; `open` are the questions on the way, so that a cycle is seen."""

    def __init__(self, form: TreeForm) -> None:
        self.form = form
        self.open: list[str] = []
        self.built: dict[str, Question[Conclusion] | Conclusion] = {}
        with place("facts"):
            self.vocabulary = Vocabulary(*form.facts)
        if both := sorted(form.questions.keys() & form.conclusions.keys()):
            raise DocumentInvalid(f"$.conclusions.{both[0]}", "a question is called so too")

    def root(self) -> Question[Conclusion]:
        """The question where the tree starts; whatever no branch leads to from there is refused."""
        with place("start"):
            root = self.node(self.form.start)
            if not is_question(root):
                raise TreeInvalid(f"a tree starts with a question, and {self.form.start!r} is a conclusion")
        for kind, names in (("questions", self.form.questions), ("conclusions", self.form.conclusions)):
            for name in names:
                if name not in self.built:
                    raise DocumentInvalid(f"$.{kind}.{name}", "no branch leads here")
        return root

    def node(self, name: str) -> Question[Conclusion] | Conclusion:
        """The node of that name, built once however many branches lead to it."""
        if name in self.open:
            raise TreeInvalid(f"a cycle: {' -> '.join([*self.open[self.open.index(name) :], name])}")
        if len(self.open) > MAX_DEPTH:
            raise TreeInvalid(f"a tree asks {MAX_DEPTH} questions in a row at the most")
        if name not in self.built:
            self.built[name] = self.build(name)
        return self.built[name]

    def build(self, name: str) -> Question[Conclusion] | Conclusion:
        """Build a node, and before it all nodes below."""
        if (conclusion := self.form.conclusions.get(name)) is not None:
            with place(f"conclusions.{name}"):
                return Conclusion(conclusion.text, tuple(map(self.severity, conclusion.severities)))
        if (question := self.form.questions.get(name)) is None:
            known = (*self.form.questions, *self.form.conclusions)
            raise TreeInvalid(f"no question or conclusion is called {shown(name)}. {nearest(name, known)}".rstrip())
        self.open.append(name)
        branches: dict[str, Question[Conclusion] | Conclusion] = {}
        for answer, target in question.branches.items():
            with place(f"questions.{name}.branches.{answer}"):
                branches[answer] = self.node(target)
        self.open.pop()
        with place(f"questions.{name}"):
            return Question(question.ask, self.subject(question), branches)

    def severity(self, key: str) -> Severity[Any]:
        """The severity of that key in the scheme of the form."""
        if self.form.scheme is None:
            raise TreeInvalid(f"there is no scheme that {key!r} could be a severity of")
        return self.form.scheme[key]

    def subject(self, question: QuestionForm) -> Condition | Choice | None:
        """What answers a question by itself: a condition, a choice, or nothing but a person."""
        if question.when is not None and question.choice is not None:
            raise TreeInvalid(f"{question.ask!r} has a condition and a choice: it takes one of the two")
        if question.when is not None:
            return Condition.parse(question.when, self.vocabulary)
        choice = None if question.choice is None else self.vocabulary[question.choice]
        if choice is not None and not isinstance(choice, Choice):
            raise TreeInvalid(f"{choice.name} is a {choice.tag}, not a choice")
        return choice
