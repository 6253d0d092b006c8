"""The places of a slot: a few calls at once, the others in turn, and what was given up is let go."""

from __future__ import annotations

import gc
import threading
import time
import weakref

from incidentkit.desk.slot import Slot


class Request:
    def __call__(self) -> str:
        return "answered"


def test_calls_beyond_its_places_wait_their_turn() -> None:
    slot, hang = Slot("phone", 1), threading.Event()
    first, second = slot.submit(hang.wait), slot.submit(Request())
    assert not second.running()
    hang.set()
    assert (first.result(20), second.result(20)) == (True, "answered")


def test_what_was_given_up_is_let_go_though_every_place_hangs() -> None:
    slot, hang = Slot("phone", 1), threading.Event()
    first = slot.submit(hang.wait)
    while not first.running():
        time.sleep(0.001)
    request = Request()
    gone = weakref.ref(request)
    slot.submit(request).cancel()
    del request
    last = slot.submit(Request())
    gc.collect()
    assert gone() is None
    hang.set()
    assert last.result(20) == "answered"
