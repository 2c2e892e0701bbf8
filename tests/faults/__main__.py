"""The long forms, such as `python -m tests.faults --kills 500`; `--help` names all.

They make a stack of their own under var/faults and need nothing but the requirements.
"""

import argparse
import contextlib
import os
import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from delivery.config import ROOT
from tests.faults import kills, world
from tests.faults.ailing import Ailment, Disk, Full, broken
from tests.faults.boundaries import crashes
from tests.faults.kills import Campaign, summary
from tests.faults.outages import Outage
from tests.faults.pausing import Pause
from tests.faults.running import load
from tests.faults.stack import EVERYTHING, Stack, cluster_at

HOME = ROOT / "var" / "faults"


@contextlib.contextmanager
def a_stack(names: Sequence[str] = EVERYTHING) -> Iterator[Stack]:
    """Everything, or some of it, freshly made and running."""
    folder = HOME / str(os.getpid())
    for part in (HOME.parent, HOME, folder):
        # To be entered, not listed: root's PostgreSQL may have to run as somebody else.
        part.mkdir(mode=0o711, exist_ok=True)

    def fill(url: str, _programs: Path) -> world.Shop:
        return world.made(url, folder)

    print(f"Making a stack in {folder} …", flush=True)
    try:
        with cluster_at(folder, fill) as (cluster, shop):
            stack = Stack.of(folder, cluster, shop)
            try:
                yield stack.start(names)
            finally:
                stack.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def many_kills(count: int, seed: int) -> list[str]:
    """So many kills at random under load, and the judge's opinion of them."""
    chance = random.Random(seed)
    with a_stack() as stack, load(stack, f"kills-{seed}", seed=seed) as run:
        campaign = Campaign(run, chance, say=lambda text: print(text, flush=True))
        campaign.carry_out(kills.at_random(count, chance), pause=(0.2, 2.0))
        ledger, verdict = run.judge()
        print(campaign.table(ledger, verdict))
        return [*verdict.faults, *campaign.complaints(ledger)]


def an_outage(seconds: float, seed: int) -> list[str]:
    """The database stopped, then behind a black hole, then deaf."""
    found = []
    with a_stack() as stack:
        for kind in ("stopped", "black hole"):
            with load(stack, f"outage-{kind[:5]}", seed=seed, ordered=True) as run:
                outage = Outage(run, kind, seconds).carry_out()
                ledger, verdict = run.judge()
            drained = outage.drained - outage.ended
            print(f"{kind} for {seconds:.0f} s, drained {drained:.1f} s after its end")
            print(summary(ledger, verdict, run.planes), flush=True)
            found += [*verdict.faults, *outage.judged(ledger)]
        with load(stack, "pause", seed=seed) as run:
            pause = Pause(run, 20).carry_out()
            ledger, verdict = run.judge()
        print("deaf for 20 s")
        print(summary(ledger, verdict, run.planes), flush=True)
        found += [*verdict.faults, *pause.judged(ledger)]
    return found


def an_ill_disk(seconds: float, seed: int) -> list[str]:
    """PostgreSQL's disk takes nothing more, then fails its writes, then its syncs."""
    found = []
    with a_stack() as stack:
        disks: dict[str, Disk] = {"full": Full(), **broken(stack)}
        for kind, disk in disks.items():
            with load(stack, f"disk-{kind}", seed=seed) as run:
                ailment = Ailment(run, disk, seconds).carry_out()
                ledger, verdict = run.judge()
            print(f"{kind}: {ailment}")
            print(summary(ledger, verdict, run.planes), flush=True)
            found += [*verdict.faults, *ailment.judged(ledger)]
    return found


def every_boundary() -> list[str]:
    """A crash at each boundary of the spool and the commit, against a database with fsync."""
    found = []
    with a_stack(["database"]) as stack:
        for turn in crashes(stack.cluster.url, stack.folder / "boundaries"):
            wrong = turn["lost"] or turn["doubled"] or turn["left"] or turn["after"]
            print(f"{turn['turn']:>4} {turn['at']:<50}{'WRONG' if wrong else 'whole'}", flush=True)
            found += [f"{turn}"] if wrong else []
    return found


def main() -> int:
    """Run what was asked for; 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=0, metavar="N")
    parser.add_argument("--outage", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--disk", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--boundaries", action="store_true")
    parser.add_argument("--seed", type=int, default=20261126)
    asked = parser.parse_args()
    found: list[str] = []
    if asked.kills:
        found += many_kills(asked.kills, asked.seed)
    if asked.outage:
        found += an_outage(asked.outage, asked.seed)
    if asked.disk:
        found += an_ill_disk(asked.disk, asked.seed)
    if asked.boundaries:
        found += every_boundary()
    print("\n".join(f"WRONG  {fault}" for fault in found) or "Nothing is wrong.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
