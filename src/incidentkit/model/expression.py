"""The grammar of conditions: text to a syntax tree, and no more.

Which facts there are, and what they may be compared with, is not known here: `Condition.parse` asks the vocabulary.

::

    either   = both { "or" both }
    both     = negated { "and" negated }
    negated  = "not" negated | atom
    atom     = "(" either ")" | "true" | "false" | relation
    relation = name [ ("==" | "!=" | "<" | "<=" | ">" | ">=") value | ["not"] "in" "(" value { "," value } ")" ]
    value    = number | duration | string | "true" | "false"
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Literal, NamedTuple, NoReturn, TypeAlias

from attrs import frozen

from incidentkit.errors import ExpressionInvalid, shown
from incidentkit.model.durations import PATTERN, duration_text, parse_duration

MAX_LENGTH: Final = 10_000
"""Characters that the text of a condition may have."""

MAX_DEPTH: Final = 100
"""Levels that a condition may be nested, in text or in Python."""

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "true", "false"})
"""Words of the grammar, which no fact may be called."""

Operator: TypeAlias = Literal["==", "<", "<=", ">", ">="]
"""How a fact is compared with a threshold; ``!=`` is a negated ``==``."""

OPERATORS: Final[dict[str, Operator]] = {"==": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
"""Every operator by its sign; nothing else is ever written into generated code."""

Scalar: TypeAlias = bool | int | float | str | timedelta
"""A value that can be written in an expression."""


@frozen
class Truth:
    """``true`` or ``false`` where a condition could stand."""

    value: bool
    column: int


@frozen
class Relation:
    """A name, alone (no operator) or compared with values; ``in`` may have several, the others have one."""

    name: str
    operator: Operator | Literal["in"] | None
    values: tuple[Scalar, ...]
    column: int


@frozen
class Negation:
    """``not`` before a part."""

    part: Syntax
    column: int


@frozen
class Junction:
    """Two or more parts joined by the same word."""

    word: Literal["and", "or"]
    parts: tuple[Syntax, ...]
    column: int


Syntax: TypeAlias = Truth | Relation | Negation | Junction
"""What the text of a condition says, before anybody knows whether its names and values make sense."""


def scalar_text(value: Scalar) -> str:
    """A value as an expression writes it, so that the parser gives an equal one back."""
    match value:
        case bool():
            return "true" if value else "false"
        case timedelta():
            return duration_text(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return repr(value)


def parse_expression(text: str) -> Syntax:
    """Read the text of a condition; `ExpressionInvalid` names the first column that does not fit."""
    if len(text) > MAX_LENGTH:
        raise ExpressionInvalid(
            text, MAX_LENGTH + 1, f"an expression has at most {MAX_LENGTH} characters, not {len(text)}"
        )
    return _Parser(text).whole()


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


_TOKEN: Final = re.compile(
    rf"""\s*(?:
        (?P<duration> -?{PATTERN}(?![\w.]) )
      | (?P<number>   -?[0-9]{{1,400}}(?:\.[0-9]{{1,400}})?(?:[eE][+-]?[0-9]{{1,4}})?(?![\w.]) )
      | (?P<string>   "(?:[^"\\]|\\.)*" | '[^']*' )
      | (?P<word>     [^\W0-9]\w* )
      | (?P<sign>     ==|!=|<=|>=|<|>|\(|\)|, )
      | (?P<end>      \Z )
    )""",
    re.VERBOSE | re.DOTALL,
)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            column = len(text) - len(text[position:].lstrip()) + 1
            raise ExpressionInvalid(
                text, column, f"{shown(text[column - 1 :], 20)} is no name, number, duration or string"
            )
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens; `depth` is how many levels are open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.next = 0
        self.depth = 0

    def whole(self) -> Syntax:
        """The syntax of the whole text, which has to end where the expression does."""
        syntax = self.either()
        if self.token.kind != "end":
            self.refuse("'and', 'or' or the end")
        return syntax

    @property
    def token(self) -> _Token:
        """The next token; after all others there is one for the end."""
        return self.tokens[self.next]

    def refuse(self, expected: str) -> NoReturn:
        """Raise `ExpressionInvalid` for the next token: what was expected, and what is there."""
        found = shown(self.token.text, 30) if self.token.text else "the end"
        raise ExpressionInvalid(self.text, self.token.column, f"expected {expected}, found {found}")

    def take(self, *texts: str) -> _Token | None:
        """The next token, if it is one of these words or signs."""
        token = self.token
        if token.kind not in ("word", "sign") or token.text not in texts:
            return None
        self.next += 1
        return token

    def either(self) -> Syntax:
        """Parts joined by ``or``, which binds less tightly than ``and``."""
        return self.joined("or", self.both)

    def both(self) -> Syntax:
        """Parts joined by ``and``."""
        return self.joined("and", self.negated)

    def joined(self, word: Literal["and", "or"], part: Callable[[], Syntax]) -> Syntax:
        """One part, or a junction of as many as the word joins."""
        column = self.token.column
        parts = [part()]
        while self.take(word):
            parts.append(part())
        return Junction(word, tuple(parts), column) if len(parts) > 1 else parts[0]

    def negated(self) -> Syntax:
        """An atom with any number of ``not`` before it; each of them is a level deeper, and so are brackets."""
        column = self.token.column
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionInvalid(self.text, column, f"nested deeper than {MAX_DEPTH} levels")
        syntax = Negation(self.negated(), column) if self.take("not") else self.atom()
        self.depth -= 1
        return syntax

    def atom(self) -> Syntax:
        """An expression in brackets, a truth value or a relation."""
        if self.take("("):
            syntax = self.either()
            if not self.take(")"):
                self.refuse("')'")
            return syntax
        if truth := self.take("true", "false"):
            return Truth(truth.text == "true", truth.column)
        return self.relation()

    def relation(self) -> Syntax:
        """A fact by its name, alone or compared; ``!=`` and ``not in`` are read as negations."""
        name = self.token
        if name.kind != "word" or name.text in KEYWORDS:
            self.refuse("the name of a fact")
        self.next += 1
        if sign := self.take(*OPERATORS):
            return Relation(name.text, OPERATORS[sign.text], (self.value(),), name.column)
        if self.take("!="):
            return Negation(Relation(name.text, "==", (self.value(),), name.column), name.column)
        if self.take("in"):
            return Relation(name.text, "in", self.values(), name.column)
        if self.take("not"):
            if not self.take("in"):
                self.refuse("'in'")
            return Negation(Relation(name.text, "in", self.values(), name.column), name.column)
        return Relation(name.text, None, (), name.column)

    def values(self) -> tuple[Scalar, ...]:
        """One value or more, in brackets."""
        if not self.take("("):
            self.refuse("'('")
        values = [self.value()]
        while self.take(","):
            values.append(self.value())
        if not self.take(")"):
            self.refuse("',' or ')'")
        return tuple(values)

    def value(self) -> Scalar:
        """One value; `ExpressionInvalid` names its column if it has the form of one and cannot be."""
        token = self.token
        if truth := self.take("true", "false"):
            return truth.text == "true"
        if token.kind not in ("number", "duration", "string"):
            self.refuse("a number, a duration, a string, true or false")
        self.next += 1
        try:
            return _scalar(token)
        except ValueError as error:
            raise ExpressionInvalid(self.text, token.column, str(error)) from None


def _scalar(token: _Token) -> Scalar:
    if token.kind == "duration":
        return parse_duration(token.text)
    if token.kind == "string":
        return token.text[1:-1] if token.text[0] == "'" else _unescaped(token.text)
    if token.text.lstrip("-").isdigit():
        return int(token.text)
    number = float(token.text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{token.text[:30]} is too large for a number")
    return number


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        raise ValueError(f"{shown(text)} is not a string: the escapes are those of JSON") from None
