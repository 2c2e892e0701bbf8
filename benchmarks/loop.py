"""`python -m benchmarks.loop`: how soon a decision knows, and what looking it up costs.

Two delivery processes share a PostgreSQL that syncs and a Valkey. Freshness is the time from the
202 of one process to the first decision of the other that knows; the rest is loaded with wrk.
"""

import argparse
import http.client
import json
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from banner_lab.stack.ports import HOST
from benchmarks import load, report
from benchmarks.row import busy
from benchmarks.stage import Stage, missing

FIXED, PERSONAL = "place-100", "place-101"
VISITORS = 300
PATIENCE = 5.0
FEW = 4
"""Connections for a p99 that is not queueing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    figures: str
    bar: str
    load: float


@dataclass(slots=True)
class Line:
    """A connection that stays open to one process."""

    port: int
    key: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(HOST, self.port, timeout=10)

    def post(self, path: str, body: object) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        self.connection.request("POST", path, json.dumps(body), headers)
        with self.connection.getresponse() as answer:
            return dict(json.loads(answer.read()))


def rows(stage: Stage, *, seconds: int) -> Iterator[Row]:
    """Measure one after the other."""
    key = json.loads(stage.call("-m", "benchmarks.personal"))["key"]
    second = stage.serve("delivery.app:app", DELIVERY_STATE=str(stage.folder / "second"))
    here, there = Line(stage.port, key), Line(second, key)
    time.sleep(2)  # both processes have the new snapshot
    yield _fresh("quiet", here, there)
    with _loaded(second, key):
        yield _fresh("while the deciding process is loaded", here, there)
    fixed, personal = (_load(second, key, place, seconds) for place in (FIXED, PERSONAL))
    yield Row(
        "decide a personalised placement, one look at the profile",
        f"{personal.rate:,.0f}/s, fixed {fixed.rate:,.0f}/s, ratio {personal.rate / fixed.rate:.2f}"
        f"; p99 {personal.p99:.1f} ms",
        "",
        busy(),
    )
    yield _away(stage, second, key, seconds)


def _fresh(how: str, here: Line, there: Line) -> Row:
    found = sorted(filter(None, (_one(f"{how}-{n}", here, there) for n in range(VISITORS))))
    cuts = quantiles(found, n=100)
    figures = (
        f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms (n {len(found)})"
    )
    verdict = "holds" if cuts[94] <= 100 else "BROKEN"
    return Row(f"event → next decision of the other process, {how}", figures,
               f"p95 ≤ 100 ms: {verdict}", busy())  # fmt: skip


def _one(visitor: str, here: Line, there: Line) -> float | None:
    """Milliseconds from the acknowledgement until the other process knows; None in the slice."""
    question = {"user_id": visitor, "session_id": "s", "placements": [PERSONAL]}
    if _reason(there, question) == "EXPLORATION":
        return None
    looks = [
        {"type": "product_view", "id": f"{visitor}-{n}-{time.time_ns()}", "user_id": visitor,
         "properties": {"category": "shoes"}}
        for n in range(3)
    ]  # fmt: skip
    here.post("/api/v1/events", {"events": looks})
    acknowledged = time.perf_counter()
    while _reason(there, question) != "TARGETING_MATCH":
        if time.perf_counter() - acknowledged > PATIENCE:
            return PATIENCE * 1000
    return (time.perf_counter() - acknowledged) * 1000


def _reason(line: Line, question: object) -> object:
    decisions = line.post("/api/v1/decide", question)["decisions"]
    return decisions[PERSONAL]["reason"]  # type: ignore[index]


@contextmanager
def _loaded(port: int, key: str) -> Iterator[None]:
    thread = threading.Thread(target=_load, args=(port, key, PERSONAL, 8))
    thread.start()
    time.sleep(0.5)
    yield
    thread.join()


def _load(port: int, key: str, place: str, seconds: int, connections: int = FEW) -> load.Load:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return load.run(
        "place",
        f"http://{HOST}:{port}/api/v1/decide",
        seconds=seconds,
        headers=headers,
        connections=connections,
        extra={"PLACE": place},
    )


def _away(stage: Stage, port: int, key: str, seconds: int) -> Row:
    """The state store is there and says nothing, the worst of all outages."""
    stage.state.send_signal(signal.SIGSTOP)
    try:
        found = _load(port, key, PERSONAL, seconds)
    finally:
        stage.state.send_signal(signal.SIGCONT)
    verdict = "holds" if found.p99 <= 10 else "BROKEN"
    figures = f"{found.rate:,.0f}/s, p99 {found.p99:.1f} ms"
    return Row("the same while the state store hangs", figures, f"p99 ≤ 10 ms: {verdict}", busy())


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.loop", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="of load per row (default 4)")
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
    chosen = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="banner-lab-") as folder, Stage(Path(folder)) as stage:
        found = list(rows(stage, seconds=chosen.seconds))
    lines = [(row.what, row.figures, row.bar, f"{row.load:.1f}") for row in found]
    text = report.aligned(("what", "measured", "bar", "load"), lines)
    print(text)
    if not chosen.no_write:
        report.write_section(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
