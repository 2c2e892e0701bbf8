"""Every sentence with which a request is refused, and every hint, is said to some request."""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from delivery import app as serving
from delivery.app import Application, Running
from delivery.collecting import MOST_EVENTS
from delivery.commit import MOST_WAITING
from delivery.doors import Current, DataPlane
from delivery.hints import HINTS
from delivery.limits import Limits
from delivery.messages import TABLE
from delivery.reading import BROWSER_BYTES
from delivery.remedies import REMEDIES
from delivery.wire import Request, Response
from tests import apart
from tests.delivery import every_reason as world
from tests.delivery.every_reason import FREE, OVER, PK, SK, Shop, assign, events, get, post
from tests.delivery.snapshots import NOW
from tests.doors import SHOP

LIVE = world.a_live_world()
DECIDE, EVENTS = "/api/v1/decide", "/api/v1/events"
PICTURE = f"{'0' * 64}.png"
PART = "expected"
"""A part of other sentences."""

REFUSED: tuple[tuple[str, Request], ...] = (
    ("no_key", get("/api/v1/assign", "experiment=split&user_id=u", key="")),
    ("unknown_key", assign("split", key="pk_nobody")),
    ("expired_key", assign("split", key=OVER)),
    ("secret_in_browser", get("/api/v1/assign", "", key=SK, origin=SHOP)),
    ("secret_in_address", get("/api/v1/assign", f"key={SK}", key="")),
    ("wrong_origin", get("/api/v1/assign", "", origin="https://evil.example")),
    ("nothing_here", get("/nowhere")),
    ("wrong_method", get("/api/v1/assign", method="DELETE")),
    ("missing", get("/api/v1/assign", "user_id=u")),
    ("id_length", assign("split", "u" * 300)),
    ("no_such_experiment", assign("nowhere")),
    ("no_such_placement", post(DECIDE, {"user_id": "u", "placements": ["nowhere"]})),
    ("is_a_draft", assign("draft", key=SK)),
    ("not_json", post(EVENTS, b"{")),
    ("not_utf8", get("/api/v1/assign", "experiment=%ff")),
    ("does_not_fit", post(DECIDE, {"placements": 1})),
    ("body_does_not_fit", post(DECIDE, [])),
    ("no_batch", post(EVENTS, {})),
    ("body_too_large", post(EVENTS, b" " * (BROWSER_BYTES + 1))),
    ("too_many", events(*[{}] * (MOST_EVENTS + 1))),
    ("wrong_type", post(EVENTS, {}, content_type="text/html")),
    ("out_of_range", get(f"/media/{PICTURE}", range="bytes=9-")),
    ("token_invalid", get("/c/bl1.x")),
    ("bad_time", post(EVENTS, {"events": [], "sent_at": "2026-11-22T06:00:00"})),
)


def patterns(keys: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """How each sentence reads, whatever values are in it."""
    known = {key: (TABLE.get(key) or HINTS[key])[0] for key in keys}
    parts = {key: map(re.escape, re.split(r"\{\w+\}", text)) for key, text in known.items()}
    return {key: re.compile(".*".join(part), re.DOTALL) for key, part in parts.items()}


_HINTING = {key for key in {**TABLE, **HINTS} if key.endswith("_hint")}
_OF_EVENTS = REMEDIES.keys() - {"token_invalid", "bad_time"}
_SENTENCES = {k for k in TABLE if not k.startswith("title_")} - _HINTING - _OF_EVENTS - {PART}
_SAID, _HINTED = patterns(_SENTENCES), patterns(_HINTING)


def keys_of(text: str, known: dict[str, re.Pattern[str]]) -> set[str]:
    return {key for key, pattern in known.items() if pattern.fullmatch(text)}


@dataclass(slots=True)
class Heard:
    """The refusals that came back: their sentences, hints, and what lacked in one."""

    sentences: set[str] = field(default_factory=set)
    hints: set[str] = field(default_factory=set)
    lacking: list[dict[str, Any]] = field(default_factory=list)
    parts: int = 0

    def hear(self, response: Response) -> set[str]:
        told = json.loads(response.body)
        found = keys_of(told["detail"], _SAID)
        self.sentences |= found
        self.hints |= keys_of(told.get("hint", ""), _HINTED)
        self.parts += bool(patterns([PART])[PART].search(told["detail"]))
        if response.status < 500 and not (told.get("field") and told.get("hint")):
            self.lacking.append(told)
        return found


async def _served(running: Running, scope: dict[str, Any], *messages: dict[str, Any]) -> Response:
    """What the ASGI application answers to these messages of a server; then nothing more comes."""
    coming, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        if not coming:
            await asyncio.sleep(60)
        return coming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    whole = {"type": "http", "query_string": b"", "headers": [], "client": ("127.0.0.1", 1)}
    await Application(running)(whole | scope, receive, send)
    return Response(sent[0]["status"], sent[1]["body"])


def _begun(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


CUT = (_begun(b"{"), {"type": "http.disconnect"})
POST = {"method": "POST", "path": EVENTS}
KEYED = {"headers": [(b"authorization", f"Bearer {PK}".encode())]}
SEARCH = json.dumps({"type": "search", "id": "s", "user_id": FREE}).encode()


async def _transported(running: Running, heard: Heard) -> None:
    """What only the transport notices."""
    asked: Sequence[tuple[str, dict[str, Any], tuple[dict[str, Any], ...]]] = (
        ("cut_body", POST, CUT),
        ("slow_body", POST, (_begun(b"{"),)),
        ("metrics_token", {"method": "GET", "path": "/metrics"}, ()),
        ("not_durable", POST | KEYED, (_begun(SEARCH, more=False),)),
    )
    for key, scope, messages in asked:
        assert heard.hear(await _served(running, scope, *messages)) == {key}
    running.reader.current = Current()
    nothing = await _served(running, POST | KEYED, _begun(SEARCH, more=False))
    assert heard.hear(nothing) == {"no_snapshot"}


@pytest.fixture
def running(tmp_path: Path, monkeypatch) -> Running:
    """A process that has its snapshot, no database, and more waiting than it takes."""
    monkeypatch.setattr(serving, "BODY_SECONDS", 0.01)
    config = replace(settings.CONFIG, delivery_state=tmp_path, metrics_token="m" * 20)
    running = Running.of(config)
    running.reader.current = Current(LIVE, NOW)
    running.commit._queued = MOST_WAITING + 1
    return running


def test_requests__every_sentence_and_hint__is_said_and_every_4xx_names_field_and_remedy(
    tmp_path, running
) -> None:
    (tmp_path / PICTURE).write_bytes(b"picture")
    heard, shop = Heard(), Shop(tmp_path, LIVE)
    for key, asked in REFUSED:
        assert heard.hear(shop.answer(asked)) == {key}
    limited = Shop(tmp_path, LIVE, Limits(rate=0.01))
    assert heard.hear(limited.answer(assign("split"))) == {"too_many_requests"}
    apart.run(_transported(running, heard))
    broken = DataPlane(replace(shop.tools(), signer=None))  # what only a mistake of ours can bring
    assert heard.hear(broken.handle(assign("split"), Current(LIVE), now=NOW)) == {"unexpected"}
    assert heard.sentences == _SENTENCES
    assert heard.hints == _HINTING
    assert heard.parts
    assert heard.lacking == []
