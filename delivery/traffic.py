"""Traffic that is kept but not counted, by the name of what gave it away.

A mark never drops anything. Requests with a secret key get none: a server is called what its HTTP
library is called, reports late and from one address, and vouches for what it sends.
"""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from crawlerdetect import CrawlerDetect

from delivery import identity
from delivery.draft import Draft, Sender
from delivery.limits import Watch
from delivery.sink import ASSIGNED, Record

BOT: Final = "bot"
PREFETCH: Final = "prefetch"
HEAD: Final = "head"
TOO_SOON: Final = "too_soon"
RATE: Final = "rate"

APART: Final = frozenset({PREFETCH, HEAD})
"""What was fetched although nobody looked. When somebody does look, that is an event of its own, so
that it is not the repetition of what was set aside."""

CLICK_MS: Final = 200
"""A person needs longer to see a banner, move and press, and the way to us comes on top."""
VIEWABLE_MS: Final = 1_000
"""A banner is seen when half of it was in view for a second, which begins after the decision."""
_SOONEST: Final = {"click": CLICK_MS, "viewable": VIEWABLE_MS}

LONGEST_AGENT: Final = 256
"""The patterns are quadratic in the length of odd texts: 147 ms at 1,024 characters, 12 at 256."""

PURPOSES: Final = (b"sec-purpose", b"purpose", b"x-moz")
"""Where browsers say why they load a page; the last two are of older Chromes and Firefoxes."""
_AHEAD: Final = (b"prefetch", b"prerender")

READERS: Final = ("GoogleImageProxy", "YahooMailProxy")
"""Mail providers' picture servers ask when somebody opens the mail, and are on lists of robots."""

CONTACT: Final = "+http"
"""How programs say where to complain about them, also those that no list knows yet."""

_detector = CrawlerDetect()
_detector.is_crawler(user_agent="compiles its patterns")  # now, not while a shopper waits


@lru_cache(maxsize=4096)
def is_robot(agent: str) -> bool:
    """Whether a User-Agent says that it is none of a visitor's."""
    if any(name in agent for name in READERS):
        return False
    return CONTACT in agent or bool(_detector.is_crawler(user_agent=agent))


def mark(headers: Mapping[bytes, bytes], *, robots_count: bool = False) -> str:
    """The name of the filter that sets a browser's request aside, or nothing.

    `robots_count` is for test and demo sites, whose visitors are scripts.
    """
    if is_prefetch(headers):
        return PREFETCH
    agent = agent_of(headers)
    return BOT if agent and not robots_count and is_robot(agent) else ""


def is_prefetch(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page is loaded before anybody wants to see it."""
    for name in PURPOSES:
        purpose = headers.get(name)
        if purpose is not None and any(word in purpose.lower() for word in _AHEAD):
            return True
    return False


def agent_of(headers: Mapping[bytes, bytes]) -> str:
    """The User-Agent, as far as it is looked at."""
    return headers.get(b"user-agent", b"")[:LONGEST_AGENT].decode("latin-1")


def judged(draft: Draft) -> None:
    """The step of the intake that marks one event.

    What a visitor chooses is never set aside: a withdrawal must be followed, whoever sends it.
    """
    if not draft.sender.secret and draft.kind != "consent":
        draft.mark = judge(
            Act(draft.kind, draft.unit, draft.occurred_at, draft.decided_ms),
            draft.sender,
            draft.tools.watch,
        )


class Act(NamedTuple):
    """What a browser says that somebody did; `decided_ms` is 0 without a decision."""

    kind: str
    unit: bytes
    occurred_at: dt.datetime | None
    decided_ms: int


def judge(act: Act, sender: Sender, watch: Watch) -> str:
    """The mark of one event of a browser: the request's own, or what the event shows."""
    # Both are counted whatever the mark is: whoever acts all the time does so under any name.
    many = not sender.site.count_automated and _too_many(act, sender, watch)
    if sender.mark:
        return sender.mark
    return TOO_SOON if _too_soon(act, sender) else RATE if many else ""


def _too_soon(act: Act, sender: Sender) -> bool:
    """By our own clock, which bounds the act from above; by the sender's where it was corrected."""
    soonest = _SOONEST.get(act.kind)
    if soonest is None or act.occurred_at is None:
        return False
    at = sender.now_ms
    if sender.sent_at is not None:
        at = min(at, int(act.occurred_at.timestamp() * 1000))
    return at - act.decided_ms < soonest


def _too_many(act: Act, sender: Sender, watch: Watch) -> bool:
    site, unit, now_ms = sender.site.id, act.unit, sender.now_ms
    busy = watch.busy(site, unit, act.kind, now_ms=now_ms)
    return watch.crowd(site, unit, sender.place, now_ms=now_ms) or busy


def notes(watch: Watch, received_at: dt.datetime) -> list[Record]:
    """What the log is to know of visitors who turned out to be none: that nothing of them counts.

    It is an assignment to nothing, set aside. `events.filtering` reads it.
    """
    return [_note(site_id, unit, received_at) for site_id, unit in watch.take()]


def _note(site_id: int, unit: bytes, at: dt.datetime) -> Record:
    return Record(
        day=at.date(),
        id=identity.of_assignment(site_id, b"", unit, at.toordinal(), RATE),
        digest=identity.digest(ASSIGNED),
        site_id=site_id,
        kind=ASSIGNED,
        unit=unit,
        occurred_at=at,
        received_at=at,
        mark=RATE,
    )
