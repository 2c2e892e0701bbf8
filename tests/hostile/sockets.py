"""Raw keep-alive connections that send cases one after the other and read whatever comes back."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.hostile.asked import Case

SECONDS = 20.0
"""Longer than the server waits for half a body."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer; status 0: the connection ended without one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def closes(self) -> bool:
        return self.status == 0 or self.headers.get("connection") == "close"


async def hear(reader: asyncio.StreamReader, method: bytes) -> Heard:
    """Read one answer."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].decode("latin-1").split("\r\n")
        named = {n.lower(): t.strip() for n, _, t in (line.partition(":") for line in lines)}
        status = int(first.split(" ")[1])
        if method == b"HEAD" or status in {204, 304}:
            return Heard(status, named)
        return Heard(status, named, await _body(reader, named))
    except (asyncio.IncompleteReadError, ConnectionError):
        return Heard(0)


async def _body(reader: asyncio.StreamReader, named: dict[str, str]) -> bytes:
    if "content-length" in named:
        return await reader.readexactly(int(named["content-length"]))
    if named.get("transfer-encoding") != "chunked":
        return await reader.read()
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def storm(
    port: int, cases: Iterable[Case], judge: Callable[[Case, Heard], None], *, connections: int = 16
) -> None:
    """Send all cases over some connections; `judge` sees each with its answer."""
    todo = iter(cases)
    await asyncio.gather(*(_worker(port, todo, judge) for _ in range(connections)))


async def _worker(port: int, todo: Iterable[Case], judge: Callable[[Case, Heard], None]) -> None:
    pipe = None
    for case in todo:
        used, pipe = pipe, pipe or await asyncio.open_connection("127.0.0.1", port)
        heard = await asyncio.wait_for(_ask(*pipe, case), SECONDS)
        if used and heard.status == 0:
            # The server may have ended the connection after the answer before this one.
            used[1].close()
            pipe = await asyncio.open_connection("127.0.0.1", port)
            heard = await asyncio.wait_for(_ask(*pipe, case), SECONDS)
        judge(case, heard)
        if heard.closes:
            pipe[1].close()
            pipe = None
    if pipe:
        pipe[1].close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, case: Case) -> Heard:
    try:
        writer.write(case.raw())
        answer = asyncio.ensure_future(hear(reader, case.method))
        await asyncio.wait({answer, asyncio.ensure_future(_drained(writer))},
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        return await answer
    except ConnectionError:
        return Heard(0)


async def _drained(writer: asyncio.StreamWriter) -> None:
    try:
        await writer.drain()
    except ConnectionError:
        return
