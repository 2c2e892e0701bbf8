"""One day of a story: the shoppers ask for banners, and what they did is packed and sent.

A parcel is kept in the database before it is sent: whoever goes on after a killed worker sends the
same signed decisions again, and they count once.
"""

import datetime as dt
import random
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from demo import tastes
from demo.shoppers import (
    BATCH,
    SLOWEST_START,
    THREADS,
    Door,
    Json,
    Line,
    ShoppersFailed,
    money,
    uuid7,
)
from demo.stories import ANY, DAY, Story
from demo.tastes import Life
from engine.errors import Unavailable

CONSENT = {"measurement": True, "personalisation": True}
LOCALES = ("zh", "zh", "zh", "en")
REFUNDED = 0.04  # of the orders
AFTER_THE_ORDER = dt.timedelta(hours=2)
AFTER_THE_LOOK = dt.timedelta(minutes=20)  # within which a cart and an order come


class NotShown(ShoppersFailed):
    """The placement shows something else: a person has paused or ended the story's experiment."""

    slug = "story-not-shown"


@dataclass(frozen=True, slots=True)
class Wish:
    """One shopper in front of one placement."""

    user: str
    placement: str
    device: str

    @property
    def locale(self) -> str:
        """The language of the shopper: always the same for the same one."""
        return LOCALES[zlib.crc32(self.user.encode()) % len(LOCALES)]

    def as_json(self) -> Json:
        return {
            "user_id": self.user,
            "session_id": f"{self.user}-s",
            "placements": [self.placement],
            "locale": self.locale,
            "attributes": {"device": self.device},
            "consent": CONSENT,
        }


@dataclass(slots=True)
class Counter:
    """The shop's side of the data plane: asks in a few threads, with lines that stay open."""

    door: Door
    _pool: ThreadPoolExecutor = field(init=False)
    _lines: threading.local = field(init=False, default_factory=threading.local)
    _open: list[Line] = field(init=False, default_factory=list)

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="shoppers")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        for line in self._open:
            line.close()

    def ask(self, wishes: Sequence[Wish]) -> list[Json]:
        """What each of them gets, in order."""
        return list(self._pool.map(self._decide, wishes))

    def wait_until_shown(self, story: Story) -> None:
        """Until a started experiment has reached the data plane."""
        end = time.monotonic() + SLOWEST_START
        look = Wish(f"demo-look-{story.key}", story.place, "desktop")
        while self._decide(look).get("experiment") != story.key:
            if time.monotonic() > end:
                raise Unavailable(f"“{story.key}” has not reached the data plane.")
            time.sleep(0.1)

    def send(self, events: Sequence[Json]) -> None:
        """Report what happened; what came before counts once."""
        for start in range(0, len(events), BATCH):
            document = {"events": list(events[start : start + BATCH])}
            answer = self._line().post("/api/v1/events", document)
            if answer["rejected"]:
                raise ShoppersFailed(f"Events were refused: {answer['rejected'][:3]}")

    def _decide(self, wish: Wish) -> Json:
        answer = self._line().post("/api/v1/decide", wish.as_json())
        return dict(answer["decisions"][wish.placement])

    def _line(self) -> Line:
        line: Line | None = getattr(self._lines, "line", None)
        if line is None:
            line = self._lines.line = Line(self.door)
            self._open.append(line)
        return line


@dataclass(slots=True)
class Comer:
    """A shopper, what it got at its looks, and what it does."""

    wish: Wish
    life: Life
    decisions: list[Json]


def pack(story: Story, day: int, anchor: dt.datetime, counter: Counter) -> tuple[int, list[Json]]:
    """The shoppers of one day of a story: how many, and the events they make."""
    comers = list(_comers(story, day, anchor, counter))
    again = [comer for comer in comers if len(comer.life.looks) > 1]
    for comer, decision in zip(again, counter.ask([c.wish for c in again]), strict=True):
        comer.decisions.append(decision)
    chance = story.chance(day, "times")
    began = story.begins_at(anchor) + day * DAY
    events = [
        event
        for comer in comers
        if not (comer.life.lost and comer.wish.device == "phone")
        for event in happened(comer, _moments(comer, began, min(DAY, anchor - began), chance))
    ]
    return len(comers), events


def _comers(story: Story, day: int, anchor: dt.datetime, counter: Counter) -> Iterator[Comer]:
    """Shoppers until every quota is full; one whose variant is full goes on without a look."""
    missing = dict(story.quotas(day, anchor))
    chances = {key: story.chance(day, key) for key in missing}
    asked = 0
    while most := sum(missing.values()):
        wishes = [_wish(story, day, number) for number in range(asked, asked + most)]
        asked += most
        for wish, decision in zip(wishes, counter.ask(wishes), strict=True):
            if decision.get("experiment") != story.key:
                raise NotShown(f"“{story.key}” is not shown: {decision.get('reason')}.")
            key = ANY if ANY in missing else str(decision["variant"])
            if missing.get(key):
                missing[key] -= 1
                taste = tastes.of(decision["creative"]["key"])
                yield Comer(wish, tastes.life(taste, chances[key]), [decision])


def _wish(story: Story, day: int, number: int) -> Wish:
    user = f"demo-{story.key}-{day}-{number}"
    chance = random.Random(f"{user}:device")  # noqa: S311 - a simulation
    return Wish(user, story.place, tastes.device(story.place, chance))


def _moments(
    comer: Comer, began: dt.datetime, length: dt.timedelta, chance: random.Random
) -> list[dt.datetime]:
    return sorted(began + length * chance.random() for _look in comer.life.looks)


def happened(comer: Comer, moments: Sequence[dt.datetime]) -> Iterator[Json]:
    """The events of a life at the times of its looks."""
    for look, decision, moment in zip(comer.life.looks, comer.decisions, moments, strict=True):
        kinds = ["impression"] + ["viewable"] * look.viewable + ["click"] * look.click
        for kind in kinds:
            yield {
                "type": kind,
                "token": decision["token"],
                "occurred_at": moment.isoformat(),
                "properties": {"device": comer.wish.device, "locale": comer.wish.locale},
            }
    after = (moments[-1] + AFTER_THE_LOOK).isoformat()
    who = {"user_id": comer.wish.user, "occurred_at": after}
    if comer.life.cart:
        yield {"type": "add_to_cart", "id": uuid7()} | who | money(comer.life.cart)
    if comer.life.order:
        order = {"type": "purchase", "id": uuid7(), "order_id": f"o-{comer.wish.user}"}
        yield order | who | money(comer.life.order)
        if random.Random(f"{comer.wish.user}:refund").random() < REFUNDED:  # noqa: S311
            back = (moments[-1] + AFTER_THE_LOOK + AFTER_THE_ORDER).isoformat()
            yield (
                order
                | who
                | money(comer.life.order)
                | {
                    "type": "refund",
                    "id": uuid7(),
                    "occurred_at": back,
                }
            )
