"""Simulated shoppers: a crowd that knows the data plane by its public addresses only.

Every shopper asks `POST /api/v1/decide` at each visit and reports with `POST /api/v1/events` what a
storefront's server would report. A few threads with connections that stay open do it.
"""

import datetime as dt
import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from demo.worlds import CONTROL, TREATMENT, Life, World
from engine.errors import LabError, Unavailable

THREADS = 4
BATCH = 400  # events in one request; the door takes 500
PATIENCE = 10.0  # seconds for one answer
TRIES = 6
SLOWEST_START = 30.0  # seconds until a started experiment has reached every data-plane process
REPORT_EVERY = 0.5
# A browser's, so that nobody takes the crowd for a crawler.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
RETRIED = frozenset({429, 500, 502, 503, 504})

Json = dict[str, Any]
Tell = Callable[[int, int], None]


class ShoppersFailed(LabError):
    """The crowd met an answer it cannot go on with."""

    slug = "shoppers-failed"
    title = "The simulated shoppers could not go on"


@dataclass(frozen=True, slots=True)
class Door:
    """Where the data plane is, and the key to it; `purpose` is a browser's word of a prefetch."""

    url: str
    key: str
    purpose: str = ""


@dataclass(slots=True)
class Sent:
    """What the crowd has done, as the data plane acknowledged it."""

    visitors: int = 0
    impressions: int = 0
    clicks: int = 0
    stored: int = 0
    duplicate: int = 0
    per_variant: dict[str, int] = field(default_factory=dict)


class Line:
    """One connection that stays open; repeats what was lost, for nothing counts twice."""

    def __init__(self, door: Door) -> None:
        self._parts = urlsplit(door.url)
        self._headers = {
            "Authorization": f"Bearer {door.key}",
            "Content-Type": "application/json",
            "User-Agent": AGENT,
        }
        if door.purpose:
            self._headers["Sec-Purpose"] = door.purpose
        self._open: http.client.HTTPConnection | None = None

    def post(self, path: str, document: Json) -> Json:
        body = json.dumps(document).encode()
        for attempt in range(TRIES):
            if attempt:
                time.sleep(0.1 * 2**attempt)
            answer = self._try(path, body)
            if answer is not None:
                return answer
        raise Unavailable("The data plane does not answer.", hint="Is ./lab up running?")

    def _try(self, path: str, body: bytes) -> Json | None:
        connection = self._connection()
        try:
            connection.request("POST", self._parts.path + path, body, self._headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        if response.status in RETRIED:
            return None
        if response.status >= http.client.BAD_REQUEST:
            raise ShoppersFailed(f"{path} answered {response.status}: {content[:300]!r}")
        return dict(json.loads(content))

    def _connection(self) -> http.client.HTTPConnection:
        if self._open is None:
            secure = self._parts.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            self._open = kind(self._parts.hostname or "", self._parts.port, timeout=PATIENCE)
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None


@dataclass(slots=True)
class Crowd:
    """Sends a world's shoppers through an experiment on a placement.

    With `spread` they report as a server that catches up does: dated back, over that many days.
    """

    door: Door
    placement: str
    experiment: str
    world: World
    visitors: int
    spread: dt.timedelta = dt.timedelta(0)
    sent: Sent = field(default_factory=Sent)
    _lives: dict[str, Iterator[Life]] = field(init=False)
    _numbers: Iterator[int] = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _stop: threading.Event = field(init=False, default_factory=threading.Event)
    _chance: random.Random = field(init=False)
    _name: str = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.world.seed)  # noqa: S311 - a simulation
        self._lives = {key: self.world.lives(key) for key in (CONTROL, TREATMENT)}
        self._numbers = iter(range(self.visitors))
        # Shoppers of two runs are different people, also with the same seed.
        self._name = f"sim-{self.world.seed}-{uuid.uuid4().hex[:12]}"

    def send(self, tell: Tell) -> Sent:
        """Send everybody; `tell(done, all)` is called about twice a second from this thread."""
        self._wait_until_live()
        with ThreadPoolExecutor(THREADS, thread_name_prefix="shoppers") as pool:
            working = [pool.submit(self._work) for _ in range(THREADS)]
            try:
                while wait(working, timeout=REPORT_EVERY).done != set(working):
                    tell(self.sent.visitors, self.visitors)
                    if any(w.done() and w.exception() for w in working):
                        break
            finally:
                self._stop.set()
        for one in working:
            one.result()
        tell(self.sent.visitors, self.visitors)
        return self.sent

    def _wait_until_live(self) -> None:
        line, end = Line(self.door), time.monotonic() + SLOWEST_START
        try:
            for number in count():
                decision = self._decide(line, f"{self._name}-look-{number}")
                if decision.get("experiment") == self.experiment:
                    return
                if time.monotonic() > end:
                    raise Unavailable("The experiment has not reached the data plane.")
                time.sleep(0.2)
        finally:
            line.close()

    def _work(self) -> None:
        line, waiting = Line(self.door), list[Json]()
        try:
            while not self._stop.is_set() and (number := self._next()) is not None:
                waiting += self._live(line, f"{self._name}-{number}")
                if len(waiting) >= BATCH - 40:
                    self._report(line, waiting)
                    waiting = []
            self._report(line, waiting)
        except BaseException:
            self._stop.set()
            raise
        finally:
            line.close()

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _live(self, line: Line, user: str) -> list[Json]:
        """One shopper's life; the events that it makes."""
        decision = self._decide(line, user)
        variant = decision.get("variant") or ""
        if variant not in self._lives or decision.get("experiment") != self.experiment:
            raise ShoppersFailed(
                f"A shopper got {decision.get('reason')} instead of a variant of the simulation."
            )
        with self._lock:
            life = next(self._lives[variant])
        decisions = [decision] + [self._decide(line, user) for _ in life.visits[1:]]
        self._count(variant, life)
        moments = self._moments(len(life.visits))
        return [*_seen(life, decisions, moments), *_bought(life, user, moments[-1])]

    def _moments(self, count: int) -> list[str]:
        """When the visits were, in order."""
        now = dt.datetime.now(dt.UTC)
        with self._lock:
            shares = sorted(self._chance.random() for _ in range(count))
        return [(now - self.spread * (1 - share)).isoformat() for share in shares]

    def _decide(self, line: Line, user: str) -> Json:
        wish = {
            "user_id": user,
            "placements": [self.placement],
            "consent": {"measurement": True, "personalisation": True},
        }
        return dict(line.post("/api/v1/decide", wish)["decisions"][self.placement])

    def _count(self, variant: str, life: Life) -> None:
        with self._lock:
            self.sent.visitors += 1
            self.sent.impressions += len(life.visits)
            self.sent.clicks += sum(visit.click for visit in life.visits)
            self.sent.per_variant[variant] = self.sent.per_variant.get(variant, 0) + 1

    def _report(self, line: Line, events: list[Json]) -> None:
        for start in range(0, len(events), BATCH):
            answer = line.post("/api/v1/events", {"events": events[start : start + BATCH]})
            if answer["rejected"]:
                raise ShoppersFailed(f"Events were refused: {answer['rejected'][:3]}")
            with self._lock:
                self.sent.stored += answer["stored"]
                self.sent.duplicate += answer["duplicate"]


def _seen(life: Life, decisions: list[Json], moments: list[str]) -> Iterator[Json]:
    for visit, decision, at in zip(life.visits, decisions, moments, strict=True):
        kinds = ["impression"] + ["viewable"] * visit.viewable + ["click"] * visit.click
        for kind in kinds:
            yield {"type": kind, "token": decision["token"], "occurred_at": at}


def _bought(life: Life, user: str, at: str) -> Iterator[Json]:
    who = {"user_id": user, "occurred_at": at}
    if life.cart:
        yield {"type": "add_to_cart", "id": uuid7()} | who | money(life.cart)
    if life.order:
        order = {"type": "purchase", "id": uuid7(), "order_id": f"o-{user}"}
        yield order | who | money(life.order)


def money(amount: int) -> Json:
    return {"amount": amount, "currency": "CNY"}


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance."""
    bits = time.time_ns() // 1_000_000 << 80 | uuid.uuid4().int & (1 << 80) - 1
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=bits & ~(0x3 << 62) | 0x2 << 62))
