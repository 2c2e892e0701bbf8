"""A world in which every reason that the product knows can be met, and who asks in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from delivery.doors import Current, DataPlane
from delivery.holdout import is_held
from delivery.index import Live
from delivery.limits import UNLIMITED, Limits
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.record import Outcome
from delivery.snapshot import (
    HoldoutEntry,
    KeyEntry,
    PlacementEntry,
    PolicyEntry,
    RuleEntry,
    SiteEntry,
    VariantEntry,
)
from delivery.token import LIFE, Signer, Stamp
from delivery.visitor import NOBODY
from delivery.wire import Look, Request, Response, Result, Write
from engine.assignment import targeting
from engine.profiles.caps import Cap
from tests.delivery.snapshots import NOW, a_creative, a_live, an_entry
from tests.doors import BROWSER, SHOP

PK, SK, OVER = "pk_1", "sk_1", "pk_over"
SIGNER: Final = Signer({1: b"k" * 32})
HOLDOUT: Final = HoldoutEntry(77, "holdout", "quarter", 500, held=770, rest=771)
SITE: Final = SiteEntry(1, "shop", (SHOP,), "CNY", holdout=HOLDOUT)
PHONES: Final = targeting.read({"all": [{"feature": "device", "op": "is", "value": "phone"}]})
UNITS: Final = [f"u-{number}" for number in range(200)]
HELD: Final = next(unit for unit in UNITS if is_held(SITE, unit))
FREE: Final = next(unit for unit in UNITS if not is_held(SITE, unit))
ONCE: Final = Cap(per_session=1)


def _capped(number: int) -> tuple[VariantEntry, ...]:
    shown = [replace(a_creative(n), cap=ONCE, versions=(n,)) for n in (number, number + 1)]
    return (
        VariantEntry(number, "a", (0, 5000), shown[0]),
        VariantEntry(number + 1, "b", (5000, 10000), shown[1]),
    )


EXPERIMENTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "split": {"local": True},
    "rules": {"policy": PolicyEntry("rules", 0, (RuleEntry("phones", PHONES, (0, 10000)),))},
    "learns": {"policy": PolicyEntry("thompson", 5000)},
    "phones": {"targeting": PHONES},
    "narrow": {"slice": ((0, 1),)},
    "capped": {"variants": _capped(600)},
    "paused": {"status": "paused"},
    "stopped": {"status": "stopped"},
    "draft": {"status": "draft", "variants": ()},
}


def _key(number: int, text: str, until: float | None = None) -> KeyEntry:
    kind = "secret" if text.startswith("sk_") else "publishable"
    return KeyEntry(sha256(text.encode()).hexdigest(), number, 1, kind, until)


def a_live_world() -> Live:
    """One experiment of each kind, each on a placement of its own that has its key."""
    numbered = list(enumerate(EXPERIMENTS.items(), start=1))
    return a_live(
        *(an_entry(n, key=key, placement_id=n, **fields) for n, (key, fields) in numbered),
        sites=(SITE,),
        keys=(_key(1, PK), _key(2, SK), _key(3, OVER, until=1.0)),
        placements=tuple(
            PlacementEntry(n, 1, key, f"layer-{n}", a_creative(900 + n))
            for n, (key, _fields) in numbered
        ),
    )


def a_token(*, site: int = 1, now: float = NOW) -> str:
    """Signed here, for somebody who saw something."""
    decision = int(now * 1000).to_bytes(6, "big") + bytes(10)
    return SIGNER.sign(decision, b"u" * 16, Stamp(site, 1, 1, 1, 10, 10, 0, 0.5, 0).pack()).decode()


OLD: Final = a_token(now=NOW - LIFE.total_seconds() - 60)
FOREIGN: Final = a_token(site=2)


@dataclass(frozen=True, slots=True)
class Shop:
    """Somebody who asks a data plane without a server; `live` is None before anything is live."""

    media: Path
    live: Live | None
    limits: Limits = UNLIMITED

    def tools(self) -> Tools:
        named = Pseudonyms((b"p",))
        return Tools(SIGNER, named, self.media, Path(), "http://web", limits=self.limits)

    def ask(self, asked: Request | Sequence[Request], *, now: float = NOW) -> list[Result]:
        """The results of one process, for requests one after the other."""
        plane = DataPlane(self.tools())
        several = [asked] if isinstance(asked, Request) else asked
        return [plane.handle(one, Current(self.live, now), now=now) for one in several]

    def answer(self, asked: Request, *, outcome: Outcome = Outcome.STORED) -> Response:
        """What is answered once everything has been written with the same outcome."""
        [result] = self.ask(asked)
        if isinstance(result, Write):
            return result.answer([outcome] * len(result.records))
        return result.answer(NOBODY) if isinstance(result, Look) else result


def get(
    path: str, query: str = "", *, key: str = PK, method: str = "GET", **headers: str
) -> Request:
    """A request without a body; `user_agent="x"` is the header User-Agent."""
    return Request(method, path, query, _headers(key, headers), b"", "203.0.113.5")


def post(path: str, body: object, *, key: str = PK, query: str = "", **headers: str) -> Request:
    """A request with a body: bytes as they are, anything else as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"content_type": "application/json"} | headers
    return Request("POST", path, query, _headers(key, named), sent, "203.0.113.5")


def _headers(key: str, named: Mapping[str, str]) -> dict[bytes, bytes]:
    given = {"user_agent": BROWSER} | named | ({"authorization": f"Bearer {key}"} if key else {})
    return {name.replace("_", "-").encode(): text.encode() for name, text in given.items()}


def assign(experiment: str, user: str = FREE, more: str = "", *, key: str = PK) -> Request:
    """What a user sees in an experiment."""
    return get("/api/v1/assign", f"experiment={experiment}&user_id={user}{more}", key=key)


def decide(placement: str, user: str | None = FREE, **fields: object) -> Request:
    """What a user sees on a placement."""
    who = {} if user is None else {"user_id": user}
    return post("/api/v1/decide", {"placements": [placement], **who, **fields})


def events(*sent: object, key: str = PK, **headers: str) -> Request:
    """A batch."""
    return post("/api/v1/events", {"events": list(sent)}, key=key, **headers)
