"""Shoppers and servers of shops, in a process of their own: `python -m tests.faults.load PLAN`.

They ask for decisions and report events at a steady rate, over plain sockets, and write into a
ledger on the disk what they tried and what became of it. Nothing here knows the product: what is
sent is spelled out, so that a mistake of the product is not repeated here.

A batch is tried with the same bytes until somebody acknowledges it, as a careful sender does.
"""

import asyncio
import contextlib
import itertools
import json
import random
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 6.0
"""Seconds in which an answer must have come; longer than anybody here should need."""
LAST_TRIES = 25.0
"""Seconds for what is not acknowledged yet when the load is asked to end."""
SIZES = (1, 1, 1, 2, 5, 10, 20, 50)
SENDERS, DECIDERS = 8, 8
WEB_SHARE = 0.05
"""Of the batches goes through Django's doors."""
SLACK = 10.0
"""Seconds by which events are older than their batch: many in one batch are a millisecond apart."""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class Ledger:
    """One line for each thing that happened, written before the next one does."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a", encoding="utf-8", buffering=1)

    def note(self, kind: str, **values: Any) -> None:
        line = {"k": kind, "t": round(time.time(), 4), **values}
        self.file.write(json.dumps(line, separators=(",", ":")) + "\n")


class Pace:
    """Lets so many through a second, evenly; what was missed is not made up for in one rush."""

    def __init__(self, rate: float) -> None:
        self.rate, self.next = rate, time.monotonic()

    async def turn(self, weight: int = 1) -> None:
        now = time.monotonic()
        begin = max(self.next, now - 0.5)
        self.next = begin + weight / self.rate
        await asyncio.sleep(max(0.0, begin - now))


@dataclass(slots=True)
class Line:
    """A kept connection to one server."""

    port: int
    pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send a request and read its answer; raises OSError, EOFError or TimeoutError."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._ask(raw)
        except BaseException:
            self.hang_up()
            raise

    async def _ask(self, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.pair is None:
            self.pair = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.pair
        writer.write(raw)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): text.strip() for name, _, text in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.hang_up()
        return int(head[0].split()[1]), headers, body

    def hang_up(self) -> None:
        if self.pair is not None:
            self.pair[1].close()
            self.pair = None


@dataclass(slots=True)
class Load:
    """Everything the senders share."""

    plan: dict[str, Any]
    ledger: Ledger
    chance: random.Random
    stopping: bool = False
    users: int = 0
    shown: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=5_000))
    clicked: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=5_000))
    buyers: deque[str] = field(default_factory=lambda: deque(maxlen=500))
    kept: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=500))
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    last: float = 0.0

    # -- what is said ------------------------------------------------------------------------

    def moment(self) -> str:
        """A moment ago, never the same twice, and never so late that a server corrects it."""
        self.last = max(time.time() - SLACK, self.last + 0.001)
        whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.last))
        return f"{whole}.{int(self.last % 1 * 1000):03d}Z"

    def name(self, kind: str) -> str:
        return f"{self.plan['prefix']}-{kind}-{next(self.numbers)}"

    def event(self) -> tuple[str, dict[str, Any]]:
        """One event and its role: new, again, other (the same id, another body) or bad."""
        draw = self.chance.random()
        if draw < 0.03:
            return "bad", {"type": "no such type", "id": self.name("bad"), "user_id": "u"}
        if draw < 0.08 and self.kept:
            return "again", self.chance.choice(self.kept)
        if draw < 0.10 and (views := [e for e in self.kept if e["type"] == "page_view"]):
            return "other", {**self.chance.choice(views), "properties": {"other": True}}
        return "new", self.fresh(draw)

    def fresh(self, draw: float) -> dict[str, Any]:
        """Something that was never said before."""
        if draw < 0.50 and self.shown:
            shown = self.shown.popleft()
            self.buyers.append(shown["user"])
            if self.chance.random() < 0.4:
                self.clicked.append(shown)
            return self.tokened("impression", shown)
        if draw < 0.65 and self.clicked:
            return self.tokened("click", self.clicked.popleft())
        if draw < 0.75 and self.buyers:
            return self.purchase(self.chance.choice(self.buyers))
        return {
            "type": "page_view",
            "id": self.name("view"),
            "user_id": f"{self.plan['prefix']}-u-{self.chance.randrange(1000)}",
            "occurred_at": self.moment(),
        }

    def tokened(self, kind: str, shown: dict[str, str]) -> dict[str, Any]:
        return {"type": kind, "token": shown["token"], "occurred_at": self.moment()}

    def purchase(self, user: str) -> dict[str, Any]:
        return {
            "type": "purchase",
            "id": self.name("buy"),
            "user_id": user,
            "occurred_at": self.moment(),
            "order_id": self.name("order"),
            "amount": self.chance.randrange(100, 90_000),
            "currency": "CNY",
        }

    def request(self, method: str, path: str, body: bytes, *, secret: bool, robot: bool) -> bytes:
        """The bytes of a request."""
        address = ".".join(str(self.chance.randrange(1, 250)) for _ in range(4))
        lines = [
            f"{method} {path} HTTP/1.1",
            "host: 127.0.0.1",
            f"authorization: Bearer {self.plan['sk' if secret else 'pk']}",
            f"user-agent: {ROBOT if robot else BROWSER}",
            f"x-forwarded-for: {address}",
            "content-type: application/json",
            f"content-length: {len(body)}",
        ]
        if not secret:
            lines.append(f"origin: {self.plan['origin']}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

    # -- decisions ---------------------------------------------------------------------------

    async def decide(self, pace: Pace) -> None:
        """Ask for decisions, at whichever plane answers."""
        lines = [Line(port) for port in self.plan["planes"]]
        while not self.stopping:
            await pace.turn()
            await self.decided(lines)

    async def decided(self, lines: list[Line]) -> None:
        if self.users < 50 or self.chance.random() < 0.5:
            self.users += 1
            number = self.users
        else:
            number = self.chance.randrange(1, self.users + 1)
        user, secret = f"{self.plan['prefix']}-u-{number}", self.chance.random() < 0.7
        if self.chance.random() < 0.5:
            path, body = f"/api/v1/assign?experiment={self.plan['key']}&user_id={user}", b""
            raw = self.request("GET", path, body, secret=secret, robot=False)
        else:
            body = json.dumps({"user_id": user, "placements": [self.plan["placement"]]}).encode()
            raw = self.request("POST", "/api/v1/decide", body, secret=secret, robot=False)
        begun, tries = time.monotonic(), 0
        # A shop's page knows both planes: what one does not answer the other does.
        for line in sorted(lines, key=lambda _: self.chance.random()):
            tries += 1
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, ValueError):
                status, _, answer = await line.ask(raw)
                took = round((time.monotonic() - begun) * 1000, 1)
                self.told(user, status, answer, took, tries)
                return
        self.ledger.note("decision", u=user, status=0, n=tries)

    def told(self, user: str, status: int, answer: bytes, took: float, tries: int) -> None:
        found = json.loads(answer) if status == 200 else {}
        found = found.get("decisions", {}).get(self.plan["placement"], found)
        reason, variant = found.get("reason"), found.get("variant")
        self.ledger.note(
            "decision", u=user, status=status, reason=reason, v=variant, ms=took, n=tries
        )
        if found.get("token") and variant and not self.stopping:
            self.shown.append({"user": user, "token": found["token"]})

    # -- events ------------------------------------------------------------------------------

    async def send(self, pace: Pace) -> None:
        """Report batches, each until it is acknowledged."""
        lines = {port: Line(port) for port in [*self.plan["planes"], *self.plan["web"]]}
        while not self.stopping:
            size = self.chance.choice(SIZES)
            await pace.turn(size)
            pairs = [self.event() for _ in range(size)]
            await self.until_acknowledged(lines, pairs)

    async def until_acknowledged(
        self, lines: dict[int, Line], pairs: list[tuple[str, dict[str, Any]]]
    ) -> None:
        number, events = next(self.numbers), [event for _, event in pairs]
        body = json.dumps({"events": events}).encode()
        secret = self.chance.random() < 0.7
        robot = not secret and self.chance.random() < 0.1
        raw = self.request("POST", "/api/v1/events", body, secret=secret, robot=robot)
        self.ledger.note("batch", b=number, roles=[role for role, _ in pairs], events=events)
        end = None
        while end is None or time.monotonic() < end:
            if await self.acknowledged(self.one_of(lines), raw, number):
                self.kept += [event for role, event in pairs if role == "new"]
                return
            if self.stopping and end is None:
                end = time.monotonic() + LAST_TRIES
            await asyncio.sleep(self.chance.uniform(0.05, 0.4))

    def one_of(self, lines: dict[int, Line]) -> Line:
        web, planes = self.plan["web"], [port for port in self.plan["planes"] if port in lines]
        if len(lines) > 1 and web and self.chance.random() < WEB_SHARE:
            return lines[web[0]]
        return lines[self.chance.choice(planes)]

    async def acknowledged(self, line: Line, raw: bytes, number: int) -> bool:
        """Whether this try was; the ledger knows more."""
        begun = time.monotonic()
        self.ledger.note("try", b=number, at=line.port)
        try:
            status, headers, body = await line.ask(raw)
        except ConnectionRefusedError:
            self.ledger.note("nobody", b=number, at=line.port)
            return False
        except (OSError, EOFError, ValueError) as why:
            self.ledger.note("unknown", b=number, at=line.port, why=type(why).__name__)
            return False
        took = round((time.monotonic() - begun) * 1000, 1)
        if status != 202:
            again = headers.get("retry-after")
            self.ledger.note("refused", b=number, at=line.port, status=status, again=again, ms=took)
            return False
        receipt = json.loads(body)
        receipt["rejected"] = len(receipt["rejected"])
        self.ledger.note("ack", b=number, at=line.port, r=receipt, ms=took)
        return True

    async def in_order(self, pace: Pace) -> None:
        """One sender after whose events somebody will count: the next when the last is there."""
        if not self.plan.get("ordered"):
            return
        line, numbers = Line(self.plan["planes"][0]), itertools.count()
        while not self.stopping:
            await pace.turn()
            event = {
                "type": "page_view",
                "id": f"{self.plan['prefix']}-ordered-{next(numbers):06}",
                "user_id": f"{self.plan['prefix']}-orderly",
                "occurred_at": self.moment(),
            }
            await self.until_acknowledged({line.port: line}, [("ordered", event)])


async def serve(plan: dict[str, Any]) -> None:
    """Send until SIGTERM, then bring what was begun to its end."""
    ledger = Ledger(Path(plan["ledger"]))
    load = Load(plan, ledger, random.Random(plan["seed"]))
    events, decisions = Pace(plan["events"]), Pace(plan["decisions"])
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: setattr(load, "stopping", True))
    ledger.note("begin")
    async with asyncio.TaskGroup() as group:
        for _ in range(DECIDERS):
            group.create_task(load.decide(decisions))
        for _ in range(SENDERS):
            group.create_task(load.send(events))
        group.create_task(load.in_order(Pace(20)))
    ledger.note("end")


if __name__ == "__main__":
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
