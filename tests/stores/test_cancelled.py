"""A call that is awaited and cancelled: what it began has ended when its caller learns of it, kept or not."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from attrs import frozen
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from incidentkit.providers.store import Append
from incidentkit.stores import AsyncSqlStore, SqlStore
from tests.stores.samples import INC_1, declared, noted

BEGIN = Append(incident=INC_1, events=declared().timeline.events, expected_version=0)
NOTE = Append(incident=INC_1, events=(noted("So it is"),), expected_version=None)


@frozen
class Other:
    """Somebody else who writes to the same incident."""

    connection: Connection

    def lock(self) -> None:
        """Be in the way of everybody who appends to it; fails at once if somebody is in the way of this."""
        if self.connection.dialect.name == "sqlite":
            self.connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            self.connection.exec_driver_sql("SELECT 1 FROM incidentkit_incidents FOR UPDATE NOWAIT")

    def release(self) -> None:
        self.connection.rollback()


@pytest.fixture
def other(address: str) -> Generator[Other]:
    with SqlStore(address) as store:
        store.append(BEGIN)
    engine = create_engine(address, connect_args={"timeout": 0} if address.startswith("sqlite") else {})
    with engine.connect() as connection:
        yield Other(connection)
    engine.dispose()


@pytest.fixture
def without_collection() -> Generator[None]:
    """What nobody ends is not ended by chance either."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@asynccontextmanager
async def at_an_address(address: str) -> AsyncGenerator[AsyncSqlStore]:
    async with AsyncSqlStore(address) as store:
        yield store


@asynccontextmanager
async def on_a_connection(address: str) -> AsyncGenerator[AsyncSqlStore]:
    engine = create_async_engine(address.replace("sqlite:", "sqlite+aiosqlite:", 1))
    async with engine.connect() as connection:
        yield AsyncSqlStore(connection)
    await engine.dispose()


@pytest.fixture(params=[at_an_address, on_a_connection])
def opened(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.usefixtures("without_collection")
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_call_that_is_cancelled_leaves_nothing_open(
    address: str, other: Other, opened: Callable[[str], Any], times: int
) -> None:
    async def cancelled() -> int:
        async with opened(address) as store:
            await store.load(INC_1)
            other.lock()
            call = asyncio.create_task(store.append(NOTE))
            await asyncio.sleep(0.1)
            for _ in range(times):
                call.cancel()
                await asyncio.sleep(0.01)
            other.release()
            with pytest.raises(asyncio.CancelledError):
                await call
            other.lock()  # nobody else has it any more
            other.release()
            kept = len(await store.load(INC_1))
            await store.append(NOTE)
            return len(await store.load(INC_1)) - kept

    assert asyncio.run(cancelled()) == 1


@pytest.mark.usefixtures("without_collection", "other")
def test_calls_that_are_cancelled_at_any_moment_leave_nothing_open(address: str, opened: Callable[[str], Any]) -> None:
    async def cancelled() -> int:
        async with opened(address) as store:
            for moment in range(60):
                call = asyncio.create_task(store.append(NOTE))
                await asyncio.sleep(moment / 20_000)
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
                before = len(await store.load(INC_1))
                await store.append(NOTE)
                assert len(await store.load(INC_1)) == before + 1
            return len(await store.load(INC_1))

    last = asyncio.run(cancelled())
    with SqlStore(address) as store:
        assert len(store.load(INC_1)) == last


def test_a_call_that_waits_for_its_turn_is_cancelled_at_once(address: str, other: Other) -> None:
    async def cancelled() -> int:
        async with on_a_connection(address) as store:
            await store.load(INC_1)
            other.lock()
            first = asyncio.create_task(store.append(NOTE))
            second = asyncio.create_task(store.append(NOTE))
            await asyncio.sleep(0.1)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(asyncio.shield(second), 1)
            other.release()
            await first
            return len(await store.load(INC_1))

    assert asyncio.run(cancelled()) == 2


def test_a_step_that_fails_after_its_caller_was_cancelled_bothers_nobody(address: str, other: Other) -> None:
    complaints: list[Any] = []

    async def cancelled() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
        async with AsyncSqlStore(address) as store:
            await store.load(INC_1)
            other.lock()
            call = asyncio.create_task(store.append(BEGIN))
            await asyncio.sleep(0.1)
            call.cancel()
            other.release()
            with pytest.raises(asyncio.CancelledError):
                await call
        gc.collect()

    asyncio.run(cancelled())
    assert complaints == []
