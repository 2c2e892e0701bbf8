"""The most that a server in Python can do with events: read the JSON, COPY a row each, answer.

No key, token, refusal, duplicate, mark, pseudonym or spool; the rows are ready but for their ids.
What is between this and COPY alone is the server's and the language's, not the product's.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec
import psycopg

from delivery import sink
from delivery.binary import HEAD, TAIL

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

BEFORE, AFTER = (bytes.fromhex(os.environ.get(name, "")) for name in ("BEFORE", "AFTER"))
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json")],
}


class Event(msgspec.Struct, gc=False):
    """As much of an event as a row could be made of."""

    type: str
    token: str
    occurred_at: str


class Body(msgspec.Struct, gc=False):
    """Of a request."""

    events: list[Event]


_decode = msgspec.json.Decoder(Body).decode


class Writer:
    """One COPY after the other; what comes meanwhile is the next one."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.heard = asyncio.get_running_loop().create_future()
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """For ever."""
        connection = await psycopg.AsyncConnection.connect(
            os.environ["DATABASE_URL"], autocommit=True
        )
        while True:
            await self.wake.wait()
            self.wake.clear()
            rows, heard = self.rows, self.heard
            self.rows, self.heard = [], asyncio.get_running_loop().create_future()
            async with connection.cursor() as cursor, cursor.copy(sink.COPY_LOG) as copy:
                await copy.write(b"".join([HEAD, *sorted(rows), TAIL]))
            heard.set_result(None)


class App:
    """Plain ASGI."""

    writer: Writer
    task: "asyncio.Task[None]"

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self.writer = Writer()
            self.task = asyncio.create_task(self.writer.run())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["method"] == "POST":
            await send_all(send, await self.store(await whole(receive)))
        else:
            await send_all(send, b"{}")

    async def store(self, body: bytes) -> bytes:
        """Wait until everything in a body is durable."""
        events = _decode(body).events
        writer = self.writer
        writer.rows += [BEFORE + os.urandom(16) + AFTER for _ in events]
        writer.wake.set()
        await asyncio.shield(writer.heard)
        return b'{"received":%d}' % len(events)


async def whole(receive: Receive) -> bytes:
    """A body."""
    part = await receive()
    body: bytes = part["body"]
    while part.get("more_body"):
        part = await receive()
        body += part["body"]
    return body


async def send_all(send: Send, body: bytes) -> None:
    """An answer."""
    await send(START)
    await send({"type": "http.response.body", "body": body})


app = App()
