"""The rows of the table: what, how fast, against which limit."""

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.request import Request, urlopen

from benchmarks import load, peers, scale
from benchmarks.load import Load
from benchmarks.row import Row
from benchmarks.stage import Stage

WHAT = {"assign": "one assignment", "decide": "decide 20 placements"}
ENOUGH = 0.7
"""Of the limit, for a decision and for durable events."""
TIMES = {"unleash": 10.0, "others": 1.0}
"""What a call that decides twenty experiments must reach of a peer's answer with twenty flags."""


def everything(stage: Stage, *, seconds: int) -> Iterator[Row]:
    """Measure one row after the other, saying which."""
    key = {"Authorization": f"Bearer {stage.seeded['key']}"}
    typed = key | {"Content-Type": "application/json"}
    assign = stage.serve("benchmarks.constant:app", CONSTANT=sample(stage, "assign", key))
    decide = stage.serve("benchmarks.constant:app", CONSTANT=sample(stage, "decide", typed))
    yield said(_decisions(stage, "assign", assign, key, seconds))
    yield said(replace(_decisions(stage, "decide", decide, typed, seconds), least=None))
    yield from map(said, _peers(stage, typed, seconds))
    yield from map(said, scale.rows(scale.Plane(stage, assign, key, seconds)))


def said(row: Row) -> Row:
    """Print a row as soon as it is there."""
    print(
        f"{row.what}: {row.ours:,.0f} of {row.limit:,.0f}/s, {row.p99:.1f} ms; {row.bar}",
        flush=True,
    )
    return row


def _decisions(
    stage: Stage, script: str, constant: int, headers: dict[str, str], seconds: int
) -> Row:
    path = f"/api/v1/{script}"
    ours, limit = Load(0, 0), Load(0, 0)
    for _ in range(2):  # in turns, and the better of two: other work on the machine comes and goes
        ours = max(ours, _load(stage.port, script, path, headers, seconds), key=_rate)
        limit = max(limit, _load(constant, script, path, headers, seconds), key=_rate)
    return Row(WHAT[script], ours.rate, limit.rate, ours.p99, "a constant answer", least=ENOUGH)


def _peers(stage: Stage, headers: dict[str, str], seconds: int) -> Iterator[Row]:
    if reason := peers.missing():
        print(reason, flush=True)
        return
    for peer, least in zip(peers.started(stage), TIMES.values(), strict=True):
        asked = {"Authorization": peer.key}
        load.run("frontend", peer.url, seconds=2, headers=asked)  # warm
        theirs = load.run("frontend", peer.url, seconds=seconds, headers=asked)
        ours = _load(stage.port, "decide", "/api/v1/decide", headers, seconds)
        yield Row(WHAT["decide"], ours.rate, theirs.rate, ours.p99, peer.name, least=least)


def _rate(load: Load) -> float:
    return load.rate


def _load(port: int, script: str, path: str, headers: dict[str, str], seconds: int) -> Load:
    return load.run(
        script, f"http://127.0.0.1:{port}{path}", seconds=max(1, seconds // 2), headers=headers
    )


def sample(stage: Stage, script: str, headers: dict[str, str]) -> str:
    """One real answer, for the constant to repeat."""
    url = f"http://127.0.0.1:{stage.port}/api/v1/{script}"
    body = None
    if script == "assign":
        url += "?experiment=exp-0&user_id=u-1"
    else:
        places = [f"place-{number}" for number in range(20)]
        body = json.dumps({"user_id": "u-1", "placements": places}).encode()
    with urlopen(Request(url, body, headers)) as answer:
        named = [
            (n.lower(), t) for n, t in answer.getheaders() if n.lower() not in {"date", "server"}
        ]
        return json.dumps({"headers": named, "body": answer.read().decode()})
