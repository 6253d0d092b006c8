"""Formulas of logic, and a solver that tells whether they can hold. The one module that imports ``z3``.

``z3`` says little about its types, so it is used here behind a few methods that do. The extra ``analysis`` brings it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final, NewType

from incidentkit.errors import FieldInvalid, expect
from incidentkit.model.conditions import Answer

try:
    import z3  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
except ModuleNotFoundError as error:
    if error.name != "z3":
        raise
    raise ModuleNotFoundError("proofs need z3: pip install 'incidentkit[analysis]'", name=error.name) from None

_Z3: Final[Any] = z3

Formula = NewType("Formula", object)
"""Something that is true or false; it belongs to the solver that made it."""

LIMIT: Final = timedelta(seconds=10)
"""How long a solver tries at one question before it gives up."""


class Solver:
    """What holds, and whether something else can hold beside it. Use one in one thread, for one task."""

    def __init__(self, *, limit: timedelta = LIMIT) -> None:
        """``limit`` is for each question; `FieldInvalid` if it is less than a millisecond or more than a day."""
        limit = expect(timedelta, limit, partial(FieldInvalid, "limit"), "a limit is a timedelta")
        if not timedelta(milliseconds=1) <= limit <= timedelta(days=1):
            raise FieldInvalid("limit", f"it is from a millisecond to a day, not {limit}")
        self._context = _Z3.Context()
        self._solver = _Z3.SimpleSolver(ctx=self._context)
        self._solver.set("timeout", limit // timedelta(milliseconds=1))
        self._model: Any = None
        self._names = 0
        self.always: Final = Formula(_Z3.BoolVal(True, self._context))
        self.never: Final = Formula(_Z3.BoolVal(False, self._context))

    def variable(self) -> Formula:
        """A new formula that may be true or false."""
        self._names += 1
        return Formula(_Z3.Bool(f"v{self._names}", self._context))

    def all_of(self, formulas: Iterable[Formula]) -> Formula:
        """True if each of them is."""
        parts = [each for each in formulas if each is not self.always]
        if any(each is self.never for each in parts):
            return self.never
        return self.always if not parts else parts[0] if len(parts) == 1 else Formula(_Z3.And(*parts))

    def any_of(self, formulas: Iterable[Formula]) -> Formula:
        """True if one of them is."""
        parts = [each for each in formulas if each is not self.never]
        if any(each is self.always for each in parts):
            return self.always
        return self.never if not parts else parts[0] if len(parts) == 1 else Formula(_Z3.Or(*parts))

    def opposite(self, formula: Formula) -> Formula:
        """True if it is not."""
        if formula is self.always or formula is self.never:
            return self.never if formula is self.always else self.always
        return Formula(_Z3.Not(formula))

    def same(self, one: Formula, other: Formula) -> Formula:
        """True if both are, or none of them."""
        return Formula(_Z3.Not(_Z3.Xor(one, other)))

    def either(self, condition: Formula, then: Formula, otherwise: Formula) -> Formula:
        """What the one says where the condition is true, and what the other says where it is not."""
        if condition is self.always or condition is self.never or then is otherwise:
            return otherwise if condition is self.never else then
        return Formula(_Z3.If(condition, then, otherwise))

    def at_most(self, formulas: Iterable[Formula], count: int) -> Formula:
        """True if no more than so many of them are."""
        return Formula(_Z3.AtMost(*formulas, count))

    def replaced(self, formula: Formula, pairs: Sequence[tuple[Formula, Formula]]) -> Formula:
        """The formula with other variables, or with values instead of them."""
        return Formula(_Z3.substitute(formula, *pairs)) if pairs else formula

    def add(self, formula: Formula) -> None:
        """Let a formula hold from here on, or until the end of the innermost `scope`."""
        self._solver.add(formula)

    def named(self, formula: Formula) -> Formula:
        """A variable that is true exactly where the formula is: short, and fit to be assumed. A short one is itself."""
        part: Any = formula
        if _Z3.is_const(part) or (_Z3.is_not(part) and _Z3.is_const(part.arg(0))):
            return formula
        name = self.variable()
        self.add(self.same(name, formula))
        return name

    @contextmanager
    def scope(self) -> Generator[None]:
        """What is added inside holds no longer than that."""
        self._solver.push()
        try:
            yield
        finally:
            self._solver.pop()

    def can_hold(self, *assumed: Formula) -> Answer:
        """Whether these variables, or opposites of variables, can hold together with what was added.

        `None` if the solver gave up, which proves nothing. What can hold is then read with `is_true`, and what cannot
        is narrowed down by `conflict`.
        """
        if any(each is self.never for each in assumed):
            return False
        answer = self._solver.check(*(each for each in assumed if each is not self.always))
        self._model = None
        return True if answer == _Z3.sat else False if answer == _Z3.unsat else None

    def is_true(self, formula: Formula) -> bool:
        """Whether it is true in the case that the last question has found."""
        if self._model is None:
            self._model = self._solver.model()
        return bool(_Z3.is_true(self._model.eval(formula, model_completion=True)))

    def conflict(self, fixed: Sequence[Formula], assumed: Sequence[Formula]) -> list[int] | None:
        """Which of the assumptions cannot hold together beside the fixed ones: none of them could be left out.

        They are given by their places. `None` if they can all hold, or the solver gave up.
        """
        impossible = [place for place, each in enumerate(assumed) if each is self.never]
        if impossible:
            return impossible[:1]
        if self.can_hold(*fixed, *assumed) is not False:
            return None
        core = {each.get_id() for each in self._solver.unsat_core()}
        needed = [place for place, each in enumerate(assumed) if self._id(each) in core]
        for place in tuple(needed):
            fewer = [each for each in needed if each != place]
            if self.can_hold(*fixed, *(assumed[each] for each in fewer)) is False:
                needed = fewer
        return needed

    @staticmethod
    def _id(formula: Any) -> int:
        return int(formula.get_id())
