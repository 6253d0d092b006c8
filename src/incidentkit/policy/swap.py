"""Swaps: two people take each other's turn in a rotation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from attrs import field, frozen

from incidentkit.errors import ScheduleInvalid, expect, nearest, shown
from incidentkit.model.identity import PersonId, checked_name
from incidentkit.policy.rotation import Rotation

Swapped: TypeAlias = Mapping[tuple[str, int], tuple[PersonId, PersonId]]
"""By the layer and the number of a turn, whose it is and who takes it."""


def _turns(turns: Mapping[str, int]) -> dict[PersonId, int]:
    with ScheduleInvalid.within("turns"):
        words = "a swap says which turn is whose, such as {'ada': 12, 'grace': 15}"
        table = expect(Mapping, turns, ScheduleInvalid, words)
        for person, number in table.items():
            checked_name("turns", person)
            if type(number) is not int or number < 0:
                raise ScheduleInvalid(f"turns are counted from 0, not {shown(number)}", person)
        if len(table) != 2 or len({*table.values()}) != 2:
            raise ScheduleInvalid(f"{words}: two people and two turns, not {shown({**table})}")
    return {PersonId(person): number for person, number in table.items()}


@frozen
class Swap:
    """Two people take each other's turn in a rotation.

    The turns are named by their numbers, as `Rotation.turn_at` says them. So the swap goes with the turns when their
    hours move, to another clock time, day or zone.
    """

    layer: str
    """The name of the rotation."""
    turns: Mapping[PersonId, int] = field(converter=_turns, hash=False)
    """By person, the number of the turn that is theirs without the swap."""

    def __attrs_post_init__(self) -> None:
        with ScheduleInvalid.within("layer"):
            checked_name("layer", self.layer)

    def mentioned(self) -> Iterator[tuple[str, PersonId]]:
        """Whom it names, with the place."""
        yield from (("turns", person) for person in self.turns)

    def exchanges(self) -> Iterator[tuple[tuple[str, int], tuple[PersonId, PersonId]]]:
        """For each turn, whose it is and who takes it."""
        (one, first), (other, second) = self.turns.items()
        yield (self.layer, first), (one, other)
        yield (self.layer, second), (other, one)


def swapped(swaps: Iterable[Swap], layers: Mapping[str, Rotation]) -> Swapped:
    """What all swaps come to; `ScheduleInvalid` for two about one turn, and for turns that are somebody else's."""
    exchanges: dict[tuple[str, int], tuple[PersonId, PersonId]] = {}
    for index, swap in enumerate(swaps):
        with ScheduleInvalid.within(f"swaps[{index}]"):
            if swap.layer not in layers:
                problem = f"no layer is called {shown(swap.layer)}. {nearest(swap.layer, layers)}".rstrip()
                raise ScheduleInvalid(problem, "layer")
            for turn, exchange in swap.exchanges():
                if turn in exchanges:
                    problem = f"turn {turn[1]} is swapped already: make one swap of the two, or take one away"
                    raise ScheduleInvalid(problem, "turns")
                with ScheduleInvalid.within("turns"):
                    _check_turn(layers[swap.layer], turn[1], *exchange)
                exchanges[turn] = exchange
    return exchanges


def _check_turn(layer: Rotation, number: int, person: PersonId, by: PersonId) -> None:
    people = layer.turn(number).people
    if person not in people:
        raise ScheduleInvalid(f"turn {number} is not {person}'s, but {' and '.join(people)}'s: see Rotation.turn_at")
    if by in people:
        raise ScheduleInvalid(f"{by} has turn {number} as well as {person}: there is nothing to swap")
