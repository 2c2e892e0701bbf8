"""The data plane's own server side: plain ASGI.

granian --interface asgi --workers 1 --no-ws --workers-kill-timeout 9 delivery.app:app
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from delivery import config, exposition, log_lines, pauses, ranges, safety
from delivery.addresses import FORWARDED, address_of
from delivery.assigned import Notebook, Said
from delivery.commit import GroupCommit
from delivery.condition import Parts, Watchman
from delivery.doors import DataPlane
from delivery.key_use import KeyKeeper
from delivery.live import Reader
from delivery.messages import message
from delivery.moment import Tools
from delivery.presence import Presence
from delivery.reading import SERVER_BYTES
from delivery.series import DataPlaneMetrics
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
    parts: Parts
    watchman: Watchman
    keys: KeyKeeper
    metrics_token: str = ""
    proxies: int = 0

    @classmethod
    def of(cls, settings: config.Config) -> "Running":
        """The parts, not yet started."""
        tools, spool = Tools.of(settings), Spool(settings.delivery_state / "spool")
        commit = GroupCommit(settings.database_url, spool, tools.meters)
        folder = settings.delivery_state
        reader = Reader(settings.database_url, folder, presence=Presence.of(folder))
        notebook = Notebook(commit, said=Said(watch=tools.watch))
        parts = Parts(reader, commit, StateStore(settings.state_url), notebook)
        return cls(
            plane=DataPlane(tools),
            reader=reader,
            commit=commit,
            state=parts.state,
            notebook=parts.notebook,
            parts=parts,
            watchman=Watchman(parts, tools.meters),
            keys=KeyKeeper(settings.database_url, tools.key_use),
            metrics_token=settings.metrics_token,
            proxies=settings.trusted_proxies,
        )

    async def start(self) -> None:
        """Load the snapshot, begin to write."""
        await self.state.start()
        await self.reader.start()
        await self.commit.start()
        self.notebook.start()
        self.watchman.start()
        self.keys.start()

    async def stop(self) -> None:
        """Finish what was begun."""
        await self.watchman.stop()
        await self.notebook.stop(seconds=NOTES_SECONDS)
        await self.commit.stop(seconds=STOP_SECONDS)
        await self.keys.stop()
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
        log_lines.set_up()
        pauses.shorten()
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
            await _send(await _HEALTH[path](running, scope), scope, send)
            return
        request = Request(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=dict(scope["headers"]),
            address=_address(scope, proxies=running.proxies),
        )
        response = await _respond(running, request, receive)
        await _send(response, scope, send)
        if response.assigned is not None:
            running.notebook.hear(response.assigned)


def _address(scope: Scope, *, proxies: int) -> str:
    peer = scope.get("client") or ("",)
    noted = [text for name, text in scope["headers"] if name == FORWARDED]
    if not noted:
        return str(peer[0])
    # A proxy may add a line of its own instead of continuing the last one.
    return address_of(peer[0], b",".join(noted).decode("latin-1"), proxies=proxies)


async def _respond(running: Running, request: Request, receive: Receive) -> Response:
    plane, current, now = running.plane, running.reader.current, time.time()
    if request.method not in {"GET", "HEAD"}:
        try:
            body = await _body(request, receive)
        except LabError as error:
            return _counted(running, request, plane.refuse(error, request, current, now=now))
        request = msgspec.structs.replace(request, body=body)
    begun = time.perf_counter()
    result = plane.handle(request, current, now=now)
    if isinstance(result, Look):
        result = result.answer(await running.state.read(result.key))
    elif isinstance(result, Write):
        result = await _written(running, result, request, now)
    return _counted(running, request, result, time.perf_counter() - begun)


def _counted(
    running: Running, request: Request, response: Response, seconds: float = 0.0
) -> Response:
    running.plane.tools.meters.answered(request.path, response.status, seconds)
    return response


async def _written(running: Running, write: Write, request: Request, now: float) -> Response:
    try:
        outcomes = await running.commit.write(write.records, write.refusals)
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


async def _livez(_running: Running, _scope: Scope) -> Response:
    """The process serves; restarting it would mend nothing."""
    return Response(200, b'{"status":"live"}', _JSON)


async def _readyz(running: Running, _scope: Scope) -> Response:
    """Whether to send shoppers here: with a snapshot yes, even while the database is away."""
    condition = await running.parts.condition(now=time.time())
    status = 503 if condition.snapshot is None else 200
    return Response(status, msgspec.json.encode(condition.told()), _JSON)


async def _metrics(running: Running, scope: Scope) -> Response:
    now, current = time.time(), running.reader.current
    request = Request(scope["method"], scope["path"], "", dict(scope["headers"]))
    try:
        exposition.check_asked(running.metrics_token, request, _address(scope, proxies=0))
    except LabError as error:
        return running.plane.refuse(error, request, current, now=now)
    condition = await running.parts.condition(now=now)
    meters = running.plane.tools.meters
    found = DataPlaneMetrics(meters, condition, running.reader.current.live)
    return Response(200, await exposition.gradually(found), exposition.HEADERS)


_JSON = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    *safety.ALWAYS,
)
_HEALTH = {"/livez": _livez, "/readyz": _readyz, "/metrics": _metrics}

app = Application()
