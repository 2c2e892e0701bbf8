"""`python -m benchmarks.traffic`: how well the mark `bot` tells programs from people.

Tries a list of crawlers' User-Agents and a list of browsers' (`../shared/data/user_agents`), and
writes precision, recall, the browsers that are taken for robots and the cost into
docs/performance.md. Both lists are somebody's: precision depends on how many of each are tried.
"""

import argparse
import csv
import json
import sys
import timeit
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.report import aligned, write_section
from delivery import limits, traffic

DATA: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "user_agents"
HEADING: Final = """
## Robots by their User-Agent

`python -m benchmarks.traffic`: the mark `bot` tried on a list of crawlers and one of browsers.
No list is complete and each has its mistakes, which is why reports show both readings. What is
missed here and acts like a program is for the marks `too_soon` and `rate`.
"""
PLACES: Final = "198.41.0.4", "2001:db8:1:2::77"
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Trial:
    """Crawlers that were recognised and missed; browsers by kind, and those taken for robots."""

    caught: Sequence[str]
    missed: Sequence[str]
    browsers: Sequence[tuple[str, str]]
    flagged: Sequence[tuple[str, str]]

    @property
    def recall(self) -> float:
        """Of the crawlers, how many are marked."""
        return len(self.caught) / (len(self.caught) + len(self.missed))

    @property
    def precision(self) -> float:
        """Of what is marked, how much is a crawler."""
        return len(self.caught) / (len(self.caught) + len(self.flagged))

    @property
    def false_alarms(self) -> float:
        """Of the browsers, how many are marked."""
        return len(self.flagged) / len(self.browsers)


def trial(folder: Path = DATA) -> Trial:
    """Try every User-Agent of both lists, each once and as a request is looked at."""
    crawlers = json.loads((folder / "crawlers_visible.json").read_text("utf-8"))
    agents = sorted({agent for crawler in crawlers for agent in crawler["instances"]})
    with (folder / "browsers_visible.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["user_agent"], row["device_category"]) for row in csv.DictReader(file)}
    browsers = sorted(rows)
    return Trial(
        [agent for agent in agents if is_marked(agent)],
        [agent for agent in agents if not is_marked(agent)],
        browsers,
        [(agent, kind) for agent, kind in browsers if is_marked(agent)],
    )


def is_marked(agent: str) -> bool:
    """Whether a request with this User-Agent would be set aside."""
    return traffic.mark({b"user-agent": agent.encode("latin-1", "replace")}) == traffic.BOT


def told(found: Trial) -> str:
    """The trial as a page says it."""
    crawlers = len(found.caught) + len(found.missed)
    rows = [
        ("crawlers marked (recall)", f"{len(found.caught)} of {crawlers}", f"{found.recall:.1%}"),
        (
            "marked that are crawlers (precision)",
            f"{len(found.caught)} of {len(found.caught) + len(found.flagged)}",
            f"{found.precision:.1%}",
        ),
        *_by_kind(found),
    ]
    return aligned(("what", "number", "share"), rows)


def _by_kind(found: Trial) -> list[tuple[str, str, str]]:
    every = Counter(kind for _agent, kind in found.browsers)
    wrong = Counter(kind for _agent, kind in found.flagged)
    return [
        (f"browsers marked, {kind}", f"{wrong[kind]} of {n}", f"{wrong[kind] / n:.1%}")
        for kind, n in sorted(every.items())
    ]


def names(found: Trial) -> str:
    """The browsers that are taken for robots, and some of the crawlers that are not."""
    flagged = [f"- {kind}: `{agent}`" for agent, kind in found.flagged] or ["- none"]
    missed = [f"- `{agent[:140]}`" for agent in found.missed[:SHOWN]] or ["- none"]
    more = len(found.missed) - SHOWN
    rest = [f"- and {more} more"] if more > 0 else []
    return "\n".join(
        [
            "Real browsers that are marked:",
            "",
            *flagged,
            "",
            "Crawlers that are not:",
            "",
            *missed,
            *rest,
        ]
    )


def costs() -> str:
    """What a request pays for being looked at, in nanoseconds of an undisturbed moment."""
    limit, watch, unit = limits.Limits(rate=1e9), limits.Watch(), b"u" * 16
    agent = {
        b"user-agent": b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    }
    ways = [
        ("429: a publishable key, version 4", lambda: limit.admit(1, PLACES[0])),
        ("429: a publishable key, version 6", lambda: limit.admit(1, PLACES[1])),
        ("429: a secret key", lambda: None),
        ("`bot` and `prefetch`, an agent that was seen before", lambda: traffic.mark(agent)),
        ("`rate`: the visitor", lambda: watch.busy(1, unit, "click", now_ms=1)),
        ("`rate`: the network", lambda: watch.crowd(1, unit, limits.place_of(PLACES[0]), now_ms=1)),
    ]
    rows = [
        (what, f"{min(timeit.repeat(way, number=500, repeat=400)) * 2e6:,.0f}")
        for what, way in ways
    ]
    return aligned(("what", "ns"), rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.traffic", description=__doc__)
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
    chosen = parser.parse_args()
    if not DATA.is_dir():
        print(f"the lists are not there: {DATA.name}", file=sys.stderr)
        return 1
    found = trial()
    text = f"{told(found)}\n\n{names(found)}\n\nWhat looking costs a request:\n\n{costs()}"
    print(text)
    if not chosen.no_write:
        write_section(text, heading=HEADING)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
