"""`python -m benchmarks.several`: several delivery processes on one database.

How soon each of three has a change, whether two answer alike, and what a request costs in processor
time when two share the machine: if it costs no more than with one, they share nothing else.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from banner_lab.stack.ports import HOST
from benchmarks import load, measure, report
from benchmarks.row import busy
from benchmarks.stage import ROOT, Stage, missing

CHANGES, QUIET = 100, 20
PATIENCE = 20.0
P99_SECONDS = 5.0
IDS = 10_000
DEAREST = 1.10
ROUNDS = 8
CONNECTIONS = 16
"""To each process: enough to keep it busy, few enough that waiting does not cost processor time."""
TICKS = os.sysconf("SC_CLK_TCK")

HEADING = """
## Several processes

`python -m benchmarks.several`: three delivery processes on one PostgreSQL that syncs. A change
counts from before it is saved until the last of the three answers with its snapshot. The cost of a
request is user and system time of one delivery process (`/proc/<pid>/stat`) per request of wrk,
beside a server of a constant answer and beside another delivery process in turns, each on a core of
its own, the least of eight, because other work on the machine only adds to it. Both neighbours are
loaded by a wrk of their own: what differs is only whether something is shared.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    figures: str
    bar: str
    load: float


@dataclass(slots=True)
class Plane:
    """A delivery process, and a connection to it that stays open."""

    port: int
    pid: int
    key: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(HOST, self.port, timeout=15)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """The snapshot that answered, and the answer without what is of that moment only."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        sent = json.dumps(body) if body is not None else None
        self.connection.request(method, path, sent, headers)
        with self.connection.getresponse() as answer:
            text = re.sub(r'"bl1\.[^"]+"', '"…"', answer.read().decode())
            return int(answer.headers["snapshot-version"]), text

    def ticks(self) -> int:
        """Processor time of the process and its children so far."""
        fields = [_fields(pid) for pid in self._family()]
        return sum(int(rest[11]) + int(rest[12]) for rest in fields)

    def keep_on(self, core: int) -> None:
        """Let all its threads run on one core."""
        for pid in self._family():
            for task in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), {core})

    def _family(self) -> set[int]:
        tasks = Path(f"/proc/{self.pid}/task").glob("*/children")
        return {self.pid} | {int(pid) for path in tasks for pid in path.read_text().split()}


def _fields(pid: int) -> list[str]:
    """What follows the name in a process's `stat`."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def rows(stage: Stage, *, seconds: int, changes: int) -> Iterator[Row]:
    """Measure one after the other."""
    sample = measure.sample(stage, "assign", {"Authorization": f"Bearer {stage.seeded['key']}"})
    planes = [Plane(stage.port, stage.processes[-1].pid, stage.seeded["key"])]
    for name in ("second", "third"):
        port = stage.serve("delivery.app:app", DELIVERY_STATE=str(stage.folder / name))
        planes.append(Plane(port, stage.processes[-1].pid, stage.seeded["key"]))
    yield _said(_spread(stage, planes, changes, "notify", "a change in each of three processes"))
    few = max(2, changes * QUIET // CHANGES)
    yield _said(_spread(stage, planes, few, "quiet", "the same when every notification is lost"))
    yield _said(_alike(planes[:2]))
    constant = stage.serve("benchmarks.constant:app", CONSTANT=sample)
    stranger = Plane(constant, stage.processes[-1].pid, "")
    yield _said(_cost(planes[:2], stranger, seconds))


def _said(row: Row) -> Row:
    print(f"{row.what}: {row.figures}", flush=True)
    return row


def _spread(stage: Stage, planes: list[Plane], changes: int, how: str, what: str) -> Row:
    changer = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.changing"],
        cwd=ROOT, env=stage.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = sorted(_one(changer, planes, how) for _ in range(changes))
    changer.communicate()
    cuts = quantiles(found, n=100, method="inclusive")
    verdict = "holds" if cuts[98] <= P99_SECONDS else "BROKEN"
    figures = (
        f"p50 {cuts[49] * 1000:,.0f} ms, p99 {cuts[98] * 1000:,.0f} ms, most"
        f" {found[-1] * 1000:,.0f} ms (n {len(found)})"
    )
    return Row(what, figures, f"p99 ≤ {P99_SECONDS:.0f} s: {verdict}", busy())


def _one(changer: "subprocess.Popen[str]", planes: list[Plane], how: str) -> float:
    """Seconds from before the change until the last process answers with it."""
    assert changer.stdin
    assert changer.stdout
    print(how, file=changer.stdin, flush=True)
    made = json.loads(changer.stdout.readline())
    waiting, end = list(planes), time.monotonic() + PATIENCE
    while waiting and time.monotonic() < end:
        waiting = [plane for plane in waiting if plane.ask("GET", "/x")[0] < made["version"]]
        time.sleep(0.001)
    return time.time() - made["begun"]


def _alike(planes: list[Plane]) -> Row:
    """Ten thousand ids at every deciding door."""
    with ThreadPoolExecutor(len(planes)) as pool:
        first, second = pool.map(_answers, planes)
    same = sum(a == b for a, b in zip(first, second, strict=True))
    verdict = "holds" if same == len(first) else "BROKEN"
    figures = f"{same:,} of {len(first):,} the same"
    return Row(
        f"{IDS:,} ids, assign, decide, OFREP, two processes", figures, f"all: {verdict}", busy()
    )


def _answers(plane: Plane) -> list[tuple[int, str]]:
    found = []
    for number in range(IDS):
        wanted = number % 20
        path = f"/api/v1/assign?experiment=exp-{wanted}&user_id=u-{number}"
        asked = {"user_id": f"u-{number}", "placements": [f"place-{wanted}", "place-0"]}
        flag = f"/ofrep/v1/evaluate/flags/exp-{wanted}"
        context = {"context": {"targetingKey": f"u-{number}"}}
        found += [plane.ask("GET", path), plane.ask("POST", "/api/v1/decide", asked)]
        found.append(plane.ask("POST", flag, context))
    return found


def _cost(planes: list[Plane], neighbour: Plane, seconds: int) -> Row:
    """Microseconds of processor time for one request, beside a stranger and beside its like."""
    first, second = planes
    cores = sorted(os.sched_getaffinity(0))
    for plane, core in ((first, cores[0]), (second, cores[-1]), (neighbour, cores[-1])):
        plane.keep_on(core)
    alone, together = [], []
    for _ in range(ROUNDS):
        alone.append(_microseconds(first, neighbour, seconds))
        together.append(_microseconds(first, second, seconds))
    one, two = min(alone), min(together)
    verdict = "holds" if two / one <= DEAREST else "BROKEN"
    figures = f"{one:.1f} µs alone, {two:.1f} µs with another, ratio {two / one:.2f}"
    bar = f"≤ {DEAREST:.2f}: {verdict}"
    return Row("one assignment, processor time of a delivery process", figures, bar, busy())


def _microseconds(measured: Plane, beside: Plane, seconds: int) -> float:
    """What a request costs one process while another one is loaded as well."""
    before = measured.ticks()
    with ThreadPoolExecutor(2) as pool:
        rate, _ = pool.map(lambda plane: _loaded(plane, seconds), (measured, beside))
    spent = (measured.ticks() - before) / TICKS
    return spent / (rate * seconds) * 1_000_000


def _loaded(plane: Plane, seconds: int) -> float:
    url = f"http://{HOST}:{plane.port}/api/v1/assign"
    headers = {"Authorization": f"Bearer {plane.key}"}
    found = load.run("assign", url, seconds=seconds, headers=headers, connections=CONNECTIONS)
    return found.rate


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.several", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="of load per round (default 4)")
    parser.add_argument("--changes", type=int, default=CHANGES, help=f"default {CHANGES}")
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
    chosen = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="banner-lab-") as folder, Stage(Path(folder)) as stage:
        found = list(rows(stage, seconds=chosen.seconds, changes=chosen.changes))
    lines = [(row.what, row.figures, row.bar, f"{row.load:.1f}") for row in found]
    text = report.aligned(("what", "measured", "bar", "load"), lines)
    print(text)
    if not chosen.no_write:
        report.write_section(text, heading=HEADING)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
