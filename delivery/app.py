"""The data plane's own server side: plain ASGI.

granian --interface asgi --workers 1 --no-ws delivery.app:app
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from delivery import config, ranges, safety
from delivery.assigned import Notebook
from delivery.commit import GroupCommit
from delivery.doors import DataPlane
from delivery.live import Reader
from delivery.messages import message
from delivery.moment import Tools
from delivery.reading import SERVER_BYTES
from delivery.spool import Spool
from delivery.state import StateStore
from delivery.wire import Look, Request, Response, Write
from engine.errors import LabError, NotJson, TooLarge, Unavailable

log = logging.getLogger("delivery")

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_SECONDS = 8.0
"""How long half a body is waited for: less than the ten seconds in which a server has to stop."""
STOP_SECONDS = 4.0
NOTES_SECONDS = 1.0
MOST_DISCARDED = 8 * SERVER_BYTES
"""Up to here a body that is too large is still received, because a client hears us only then."""


class Disconnected(NotJson):
    """The client stopped sending in the middle; it may still listen, so it gets an answer."""


class BodyTimeout(Unavailable):
    """The rest of a body did not come."""


@dataclass(slots=True)
class Running:
    """What lives as long as the process serves."""

    plane: DataPlane
    reader: Reader
    commit: GroupCommit
    state: StateStore
    notebook: Notebook

    @classmethod
    def of(cls, settings: config.Config) -> "Running":
        """The parts, not yet started."""
        commit = GroupCommit(settings.database_url, Spool(settings.delivery_state / "spool"))
        return cls(
            plane=DataPlane(Tools.of(settings)),
            reader=Reader(settings.database_url, settings.delivery_state),
            commit=commit,
            state=StateStore(settings.state_url),
            notebook=Notebook(commit),
        )

    async def start(self) -> None:
        """Load the snapshot, begin to write."""
        await self.state.start()
        await self.reader.start()
        await self.commit.start()
        self.notebook.start()

    async def stop(self) -> None:
        """Finish what was begun."""
        await self.notebook.stop(seconds=NOTES_SECONDS)
        await self.commit.stop(seconds=STOP_SECONDS)
        await self.state.stop()
        await self.reader.stop()


@dataclass(slots=True)
class Application:
    """The ASGI callable."""

    running: Running | None = field(default=None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )
        running = Running.of(config.read())
        await running.start()
        self.running = running
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await running.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        running = self.running
        if running is None:
            raise RuntimeError("the server did not run the application's lifespan")
        path = scope["path"]
        if path in _HEALTH:
            await _send(_HEALTH[path](running), scope, send)
            return
        request = Request(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=dict(scope["headers"]),
        )
        response = await _respond(running, request, receive)
        await _send(response, scope, send)
        if response.assigned is not None:
            running.notebook.hear(response.assigned)


async def _respond(running: Running, request: Request, receive: Receive) -> Response:
    plane, current, now = running.plane, running.reader.current, time.time()
    if request.method not in {"GET", "HEAD"}:
        try:
            body = await _body(request, receive)
        except LabError as error:
            return plane.refuse(error, request, current, now=now)
        request = msgspec.structs.replace(request, body=body)
    result = plane.handle(request, current, now=now)
    if isinstance(result, Look):
        return result.answer(await running.state.read(result.key))
    if isinstance(result, Response):
        return result
    return await _written(running, result, request, now)


async def _written(running: Running, write: Write, request: Request, now: float) -> Response:
    try:
        outcomes = await running.commit.write(write.records)
    except Unavailable:
        return running.plane.not_durable(write, request, running.reader.current, now=now)
    acts = running.plane.acts(write, outcomes, running.reader.current)
    await running.state.follow(acts, now_ms=int(now * 1000))
    return write.answer(outcomes)


async def _body(request: Request, receive: Receive) -> bytes:
    announced = request.headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > MOST_DISCARDED:
        raise _too_large()
    part = await receive()
    if part["type"] != "http.disconnect" and not part.get("more_body"):
        return _checked([part["body"]])
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return _checked(await _parts(part, receive))
    except TimeoutError:
        raise BodyTimeout(message("slow_body")) from None


async def _parts(part: MutableMapping[str, Any], receive: Receive) -> list[bytes]:
    """The body in pieces. What is too large is read and forgotten, so that our answer is heard."""
    parts, size = [], 0
    while True:
        if part["type"] == "http.disconnect":
            raise Disconnected(message("cut_body"))
        size += len(part["body"])
        if size > MOST_DISCARDED:
            raise _too_large()
        if size <= SERVER_BYTES + len(part["body"]):
            parts.append(part["body"])
        if not part.get("more_body"):
            return parts
        part = await receive()


def _checked(parts: list[bytes]) -> bytes:
    if sum(map(len, parts)) > SERVER_BYTES:
        raise _too_large()
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large() -> TooLarge:
    return TooLarge(
        message("body_too_large", limit=SERVER_BYTES), hint=message("body_too_large_hint")
    )


async def _send(response: Response, scope: Scope, send: Send) -> None:
    body = response.body
    if response.file is not None:
        body = await asyncio.to_thread(ranges.read, response.file, response.part)
    headers = [*response.headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _livez(_running: Running) -> Response:
    """The process serves; restarting it would mend nothing."""
    return Response(200, b'{"status":"live"}', _JSON)


def _readyz(running: Running) -> Response:
    """Whether to send shoppers here: with a snapshot yes, even while the database is away."""
    live = running.reader.current.live
    degraded = running.commit.away or not running.reader.connected
    state = {
        "status": "no snapshot" if live is None else "degraded" if degraded else "ready",
        "snapshot": live.version if live else None,
        "database": not degraded,
        "spool_bytes": running.commit.spool.size(),
        "profiles": not running.state.away,
        "assigned_dropped": running.notebook.dropped,
    }
    return Response(503 if live is None else 200, msgspec.json.encode(state), _JSON)


_JSON = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    *safety.ALWAYS,
)
_HEALTH = {"/livez": _livez, "/readyz": _readyz}

app = Application()
