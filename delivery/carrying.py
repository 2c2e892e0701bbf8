"""The database from an event loop: how to connect, how the steps of the sink are carried out."""

from typing import Any

import psycopg
from psycopg import errors

from delivery import sink
from delivery.record import Group, Outcome
from delivery.steps import WHOLE, Load, Rows, Run


async def connect(url: str) -> psycopg.AsyncConnection[Any]:
    """A connection whose transactions are written out."""
    return await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        connect_timeout=2,
        prepare_threshold=None,
        application_name="banner-lab delivery",
    )


async def carry_out(connection: psycopg.AsyncConnection[Any], group: Group) -> list[Outcome]:
    """The steps of the sink in one transaction."""
    steps = sink.writing(group, WHOLE)
    try:
        step = next(steps)
        while True:
            try:
                rows = await _do(connection, step)
            except (errors.UniqueViolation, errors.CheckViolation) as error:
                step = steps.throw(error)
            else:
                step = steps.send(rows)
    except StopIteration as done:
        return list(done.value)


async def _do(connection: psycopg.AsyncConnection[Any], step: Run | Load) -> Rows:
    async with connection.cursor() as cursor:
        if isinstance(step, Load):
            async with cursor.copy(step.sql) as copy:
                await copy.write(step.content)
            return []
        await cursor.execute(step.sql, step.values)
        return await cursor.fetchall() if cursor.description else []
