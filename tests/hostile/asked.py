"""Cases for every door of `delivery.doors`; a door that has no generator here fails a test."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias
from urllib.parse import quote

from delivery import app, doors
from tests.hostile import bodies

Pairs: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Keys:
    """What a hostile client holds: genuine keys and tokens, and names that exist."""

    pk: str
    sk: str
    token: str
    foreign: str = ""
    experiment: str = "spring-hero"
    placement: str = "home-hero"


@dataclass(slots=True)
class Case:
    """One request as bytes to come; `framing` says how the body's length is told."""

    method: bytes
    target: bytes
    headers: Pairs = field(default_factory=list)
    body: bytes = b""
    framing: str = "length"

    def raw(self) -> bytes:
        head, body = self.headers, self.body
        if self.framing == "chunked" and body:
            head = [*head, (b"Transfer-Encoding", b"chunked")]
            half = len(body) // 2 or 1
            parts = [part for part in (body[:half], body[half:]) if part]
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
        elif body or self.method not in {b"GET", b"HEAD"}:
            head = [*head, (b"Content-Length", b"%d" % len(body))]
        lines = b"".join(b"%s: %s\r\n" % pair for pair in [(b"Host", b"x"), *head])
        return b"%s %s HTTP/1.1\r\n%s\r\n%s" % (self.method, self.target, lines, body)


TYPES = (
    b"application/json",
    b"text/plain",
    b"application/json; charset=utf-16",
    b"text/html",
    b"",
    b"multipart/form-data; boundary=x",
    b"application/json; charset=\xff",
    b"application/xml",
    b"application/json;charset=utf-8;charset=latin-1",
    b"a" * 3000,
    b";;;",
    b"application/json,text/plain",
)
METHODS = (
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"PATCH",
    b"OPTIONS",
    b"TRACE",
    b"PROPFIND",
    b"FOO",
    b"get",
    b"A" * 30,
)
ORIGINS = (
    b"null",
    b"https://shop.example",
    b"https://shop.example.evil.example",
    b"https://shop.example:x",
    b"https://[::1",
    b"javascript:alert(1)",
    b"\xff\xfe",
    b"https://" + b"a" * 5000,
    b"",
    b"http://]",
    b"https://shop.example:99999",
    b"https://sh\xc3\xb6p.example",
    b"//shop.example",
)
LANGUAGES = (
    b"zh-CN",
    b"en",
    b"zh;q=9",
    b"*;q=0.0000",
    b"\xff\xff",
    b"," * 5000,
    b"zh-" * 1000,
    b"q=;;;=",
)
RANGES = (
    b"bytes=0-",
    b"bytes=-1",
    b"bytes=9-1",
    b"bytes=" + b"0-1," * 500,
    b"bytes=" + b"9" * 5000 + b"-",
    b"lines=1-2",
    b"bytes=-",
    b"bytes=\xff",
    b"bytes=99999999-",
    b"bytes=-0",
)
PATHS = (
    b"/",
    b"//",
    b"/%00",
    b"/..",
    b"/../../etc/passwd",
    b"/%2e%2e/%2e%2e/etc/passwd",
    b"/api",
    b"/api/v1/",
    b"/api/v1/assign/",
    b"/api//v1/assign",
    b"/api/v1/Assign",
    b"/%ff%fe",
    b"/\xe2\x80\xae",
    b"/c",
    b"/c/",
    b"/i/",
    b"/media/",
    b"/tag/",
    b"/c//x",
    b"/" + b"a" * 7000,
    b"/" + b"a/" * 3000,
    b"/%",
    b"/%zz",
    b"*",
    b"/api/v1/assign%00",
    b"/.env",
    b"/admin",
    b"/\\evil",
    b"/;x",
    b"/api/v1/assign;x=1",
    b"http://x/livez",
    b"/api/v1/problems",
    b"/openapi.json",
    b"/c/%0d%0aX:y",
    b"/docs",
)
NAMES = (
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a",
    "%0d%0aSet-Cookie:x=y",
    "%ff",
    "x" * 5000,
    "é",
    "../x",
    ".",
    "0" * 64 + ".avif",
    "0" * 64 + ".png%00",
    "0" * 64 + ".exe",
    "banner-lab.js",
    "banner-lab..js",
    "banner-lab/../x.js",
    "%2e%2e",
    "//evil.example",
    "\\evil",
    "https:evil",
    "bl1.",
    ".gif",
)
TEXTS = (
    "",
    "u-42",
    "%00",
    "%0d%0a",
    "%ff",
    "%",
    "%zz",
    "%ed%a0%80",
    "a" * 257,
    "a" * 5000,
    "NaN",
    "%F0%9F%98%80",
    "{}",
    "1e999",
    "' OR 1=1",
    "<script>",
    "%E2%80%AE",
    "+",
    "home-hero",
    "spring-hero",
    "a&a=b",
    "==",
)


def headers(random: Random, keys: Keys) -> Pairs:
    """A key most of the time, and now and then what headers can be abused for."""
    pairs: Pairs = []
    key = random.choice((keys.pk, keys.pk, keys.sk, keys.sk, "pk_nobody", "", "\xff", "x" * 4000))
    scheme = random.choice(("Bearer", "Bearer", "Bearer", "bearer", "Basic", "", "Bearer Bearer"))
    pairs.append((b"Authorization", f"{scheme} {key}".encode("latin-1")))
    odd = (
        lambda: [(b"Origin", random.choice(ORIGINS))],
        lambda: [(b"Accept-Language", random.choice(LANGUAGES))],
        lambda: [(b"Range", random.choice(RANGES)), (b"If-Range", b'"x"')],
        lambda: [(b"If-None-Match", random.choice((b"*", b'"', b"\xff", b"x" * 4000)))],
        lambda: [(b"X-%d" % n, b"y") for n in range(60)],
        lambda: [
            (b"User-Agent", random.choice((b"", b"\xff" * 50, b"a" * 6000, b"Googlebot/2.1")))
        ],
        lambda: [(b"Cookie", b"a=" + b"b" * 4000), (b"Cookie", b"\xfe")],
        lambda: [(b"X-Forwarded-For", random.choice((b"1.2.3.4, x", b"::1", b"\xff", b"," * 999)))],
        lambda: [(b"Sec-GPC", b"\xff"), (b"DNT", b"2"), (b"Sec-Purpose", b"prefetch;prerender")],
        lambda: [(b"Accept", b"text/html"), (b"Accept-Encoding", b"gzip;q=\xff, br")],
    )
    for one in random.sample(odd, k=random.choice((0, 0, 1, 2))):
        pairs += one()
    return pairs


def token(random: Random, keys: Keys) -> str:
    """A genuine token, or one that is cut, altered or mixed."""
    text = keys.token
    place = random.randrange(len(text))
    return random.choice(
        (
            text,
            keys.foreign or text,
            text[:place],
            text[:place] + random.choice("A_-=%.~") + text[place + 1 :],
            text[: len(text) // 2] + (keys.foreign or text)[len(text) // 2 :],
            text[4:] + text[:4],
            text + text,
            "bl1." + base64.urlsafe_b64encode(random.randbytes(81)).decode(),
        )
    )


def query(random: Random, keys: Keys) -> bytes:
    """What `assign` asks for, spoiled."""
    names = {
        "experiment": keys.experiment,
        "user_id": "u-42",
        "key": "",
        "session_id": "s",
        "locale": "de",
        "attributes.device": "phone",
        "page.url": "https://x/",
        "force": "",
    }
    picked = {
        n: t for n, t in names.items() if n in {"experiment", "user_id"} or random.random() < 0.2
    }
    for name in random.sample(sorted(picked), k=1):
        picked[name] = random.choice(TEXTS)
    pairs = [f"{name}={text}" for name, text in picked.items()]
    if random.random() < 0.02:
        pairs += [f"p{n}=1" for n in range(1000)]
    random.shuffle(pairs)
    return "&".join(pairs).encode()


def right_events(keys: Keys, random: Random) -> list[dict[str, object]]:
    """Events that are right, to be spoiled."""
    number = f"h-{random.getrandbits(48)}"
    money = {"amount": 100, "currency": "CNY", "order_id": "o", "id": number, "user_id": "u"}
    return [
        {"type": "impression", "token": token(random, keys), "occurred_at": "2026-11-22T06:00:00Z"},
        {"type": "click", "token": token(random, keys), "consent": {"measurement": True}},
        {"type": "page_view", "id": number, "user_id": "u", "properties": {"a": [1, {"b": 2}]}},
        {"type": "purchase", **money},
        {"type": "refund", **money},
        {"type": "alias", "user_id": "u", "previous_id": "v"},
        {"type": "consent", "id": number, "user_id": "u", "properties": {"personalisation": True}},
        {"type": "custom:x", "id": number, "user_id": "u", "properties": {}},
    ]


def _assign(random: Random, keys: Keys) -> Case:
    return Case(b"GET", b"/api/v1/assign?" + query(random, keys), headers(random, keys))


def _posted(random: Random, keys: Keys, path: bytes, body: bytes) -> Case:
    kind = random.choice(TYPES) if random.random() < 0.1 else TYPES[0]
    pairs = [*headers(random, keys), (b"Content-Type", kind)]
    if random.random() < 0.03:
        coding = random.choice((b"gzip", b"br", b"x", b"gzip, gzip"))
        pairs, body = [*pairs, (b"Content-Encoding", coding)], gzip.compress(body[:9999], mtime=0)
    return Case(b"POST", path, pairs, body, random.choice(("length", "length", "chunked")))


def _decide(random: Random, keys: Keys) -> Case:
    right = [
        {
            "user_id": "u-42",
            "session_id": "s",
            "placements": [keys.placement],
            "locale": "de",
            "attributes": {"device": "phone"},
            "page": {"url": "https://x/", "referrer": ""},
            "consent": {"personalisation": True},
            "force": "",
            "key": keys.pk,
        }
    ]
    return _posted(random, keys, b"/api/v1/decide", bodies.any_of(random, right))


def _evaluate(random: Random, keys: Keys) -> Case:
    context = {
        "targetingKey": "u-42",
        "session_id": "s",
        "locale": "de",
        "device": "phone",
        "page": {"url": "https://x/", "referrer": ""},
        "consent": {"personalisation": True},
    }
    body = bodies.any_of(random, [{"context": context}, context])
    return _posted(random, keys, b"/ofrep/v1/evaluate/flags", body)


def _evaluate_one(random: Random, keys: Keys) -> Case:
    case, name = _evaluate(random, keys), random.choice((keys.experiment, *NAMES))
    case.target += b"/" + name.encode()
    return case


def _features(random: Random, keys: Keys) -> Case:
    name = random.choice((keys.pk, keys.sk, "pk_nobody", *NAMES))
    return Case(b"GET", b"/api/features/" + name.encode(), headers(random, keys))


def _events(random: Random, keys: Keys) -> Case:
    body = bodies.any_of(random, right_events(keys, random))
    return _posted(random, keys, b"/api/v1/events", body)


def _named(first: bytes) -> Callable[[Random, Keys], Case]:
    def case(random: Random, keys: Keys) -> Case:
        name = quote(token(random, keys)) if random.random() < 0.5 else random.choice(NAMES)
        if first == b"i" and random.random() < 0.5:
            name += ".gif"
        return Case(b"GET", b"/" + first + b"/" + name.encode(), headers(random, keys))

    return case


def _health(path: str) -> Callable[[Random, Keys], Case]:
    return lambda random, keys: Case(
        random.choice((b"GET", b"HEAD")), path.encode(), headers(random, keys)
    )


def _nowhere(random: Random, keys: Keys) -> Case:
    return Case(random.choice(METHODS), random.choice(PATHS), headers(random, keys))


GENERATORS: dict[str, Callable[[Random, Keys], Case]] = {
    "/api/v1/assign": _assign,
    "/api/v1/decide": _decide,
    "/api/v1/events": _events,
    "/ofrep/v1/evaluate/flags": _evaluate,
    "/ofrep/v1/evaluate/flags/": _evaluate_one,
    "/api/features/": _features,
    "c": _named(b"c"),
    "i": _named(b"i"),
    "media": _named(b"media"),
    "tag": _named(b"tag"),
    "/livez": _health("/livez"),
    "/readyz": _health("/readyz"),
    "/metrics": _health("/metrics"),
    "": _nowhere,
}


def known_doors() -> set[str]:
    """Every door there is; "" stands for what is none."""
    return {*doors.EXACT, *doors.BELOW, *doors.UNDER, *app._HEALTH, ""}


def cases(keys: Keys, *, count: int, seed: int) -> Iterator[Case]:
    """That many cases, the same for the same seed; bodies are asked for most."""
    random = Random(seed)
    busy = ["/api/v1/assign", "/api/v1/decide", "/api/v1/decide", *["/api/v1/events"] * 4]
    names = [*sorted(GENERATORS), *busy]
    for _ in range(count):
        case = GENERATORS[random.choice(names)](random, keys)
        if random.random() < 0.03:
            case.method = random.choice(METHODS)
        yield case


def an_event(number: int) -> bytes:
    """An ordinary one, to be counted afterwards."""
    return json.dumps({"type": "page_view", "id": f"ordinary-{number}", "user_id": "u"}).encode()
