"""Bodies that nobody's shop would send: broken JSON, odd values, too much of everything."""

import json
from random import Random
from typing import Any

BIG = 10**4

NUMBERS = (
    b"1e999",
    b"-1e999",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"9" * 5000,
    b"-" + b"9" * 5000,
    b"1." + b"0" * 5000 + b"1",
    b"1E-999999999",
    b"0x10",
    b"01",
    b"+1",
    b"-0",
    b"1e5",
    b"9223372036854775807",
    b"9223372036854775808",
    b"18446744073709551616",
    b"1.5",
)
TEXTS = (
    rb'"\u0000"',
    rb'"a\u0000b"',
    rb'"\ud800"',
    rb'"\udc00\ud800"',
    rb'"\ud83d"',
    b'"\x00"',
    b'"\xff\xfe"',
    b'"\xc0\xaf"',
    b'"\xed\xa0\x80"',
    b'"\xf4\x90\x80\x80"',
    rb'"\x41"',
    b'"\t"',
    b'"' + b"a" * 5000 + b'"',
    '"\u202e\ufeff\u0085"'.encode(),
    b'""',
    b"'single'",
    rb'"\u12"',
    rb'"\\\u0000"',
    b'"bl1.' + b"A" * 108 + b'"',
    b'"sk_x"',
    b'"2026-11-22T06:00:00"',
    b'"0000-00-00T00:00:00Z"',
    b'"9999-12-31T23:59:59-23:59"',
    b'"0001-01-01T00:00:00+23:59"',
    b'"00000000-0000-7000-8000-000000000000"',
    b'"ffffffff-ffff-7fff-bfff-ffffffffffff"',
)
OTHERS = (
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[[]]",
    b"[null]",
    b'{"":{}}',
    b"",
    b"nul",
    b"[1,]",
    b"{,}",
    b"[" * 100_000,
    b"[" * 900 + b"]" * 900,
    b'{"a":' * BIG + b"1" + b"}" * BIG,
    b'{"a":1,"a":"2"}',
)
VALUES = NUMBERS + TEXTS + OTHERS

WHOLE = (
    *VALUES,
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    "{}".encode("utf-32"),
    b"\x00",
    b" " * 70_000,
    b"\x1f\x8b\x08\x00garbage",
    b"a=1&b=2",
    b"<xml/>",
    b"{}{}",
    b"{} //",
    b"/* */{}",
    b"}{",
    b"[" * 500_000,
    b'[{"a":' * 50_000,
    b'{"events":[' + b"[" * 100_000,
    b'{"events":{}}',
    b'{"events":null}',
    b'{"events":[]}',
    b'{"events":[1,null,"x",[],{}]}',
    b'{"events":"x"}',
    b'{"events":[' + b"1," * 500 + b"1]}",
    b'{"events":[{}],"events":[{}]}',
    b'{"placements":[]}',
    b'{"events":[NaN,{"type":"page_view"}]}',
    b'{"events":[' + b"{}," * 499 + b"{}]}",
)
LIMITS = (0, 1, 65_535, 65_536, 65_537, 1_048_575, 1_048_576, 1_048_577, 2_000_000)


def padded(size: int) -> bytes:
    """A body of exactly this many bytes that would be right if it were not so long."""
    head, tail = b'{"user_id":"u","placements":["home-hero"],"x":"', b'"}'
    return (head + b"a" * max(0, size - len(head) - len(tail)) + tail)[:size]


def spoiled(random: Random, right: dict[str, Any]) -> bytes:
    """A right body in which one or two fields have a value that does not fit, or twice."""
    parts = {name: json.dumps(value).encode() for name, value in right.items()}
    for name in random.sample(sorted(parts), k=min(len(parts), random.choice((1, 1, 2)))):
        parts[name] = random.choice(VALUES)
    pairs = [json.dumps(name).encode() + b":" + text for name, text in parts.items()]
    if random.random() < 0.1:
        pairs.append(random.choice(pairs))
    return b"{" + b",".join(pairs) + b"}"


def mutated(random: Random, text: bytes) -> bytes:
    """Cut, doubled, or with some bytes changed."""
    if not text or random.random() < 0.3:
        return text[: random.randrange(len(text) + 1)]
    changed = bytearray(text[:5000])
    for _ in range(random.choice((1, 1, 2, 5))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def any_of(random: Random, right: list[dict[str, Any]]) -> bytes:
    """One hostile body in the neighbourhood of some right ones."""
    kind = random.random()
    if kind < 0.15:
        return random.choice(WHOLE)
    if kind < 0.16:
        return padded(random.choice(LIMITS))
    one = (
        spoiled(random, random.choice(right))
        if kind < 0.7
        else json.dumps(random.choice(right)).encode()
    )
    if random.random() < 0.4:
        one = b'{"events":[' + one + b"," + spoiled(random, random.choice(right)) + b"]}"
    return mutated(random, one) if kind >= 0.6 else one
