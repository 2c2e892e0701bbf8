"""`python -m tests.hostile --cases 200000`: the long form, on a database and process of its own."""

import argparse
import os
import sys
import tempfile
import time
import urllib.request
from json import loads
from pathlib import Path

from benchmarks.stage import Stage
from delivery.token import Signer, Stamp
from tests.hostile.asked import Keys
from tests.hostile.run import MIB, MOST_GROWTH, Found, against

SIGNER = Signer({1: bytes.fromhex("5a" * 32)})
"""The key of `benchmarks.stage`."""
EXPERIMENT, PLACEMENT = "exp-1", "place-1"
"""Two of what `benchmarks.seed` makes."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.hostile", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=20_261_126)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="banner-lab-") as folder, Stage(Path(folder)) as stage:
        pid, begun = stage.processes[-1].pid, time.monotonic()
        found = against(stage.port, pid, _keys(stage), count=chosen.cases, seed=chosen.seed)
        return _tell(found, chosen.cases, time.monotonic() - begun)


def _keys(stage: Stage) -> Keys:
    key = stage.seeded["key"]
    address = f"http://127.0.0.1:{stage.port}/api/v1/assign?experiment={EXPERIMENT}"
    asked = urllib.request.Request(
        f"{address}&user_id=u-42", headers={"Authorization": f"Bearer {key}"}
    )
    token = loads(urllib.request.urlopen(asked, timeout=5).read())["token"]
    return Keys(key, key, token, a_foreign_token(SIGNER), EXPERIMENT, PLACEMENT)


def a_foreign_token(signer: Signer) -> str:
    """Signed here, for a site that is not the caller's."""
    decision = int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10)
    return signer.sign(
        decision, bytes(16), Stamp(999_999, 1, 1, 1, 1, 1, 0, 0.5, 0).pack()
    ).decode()


def _tell(found: Found, count: int, seconds: float) -> int:
    verdict = found.verdict
    print(f"{count:,} cases in {seconds:.0f} s; statuses {dict(sorted(verdict.statuses.items()))}")
    print(f"refused events {dict(verdict.reasons.most_common())}; stored {verdict.stored:,}")
    print(f"memory {found.growth / MIB:+.1f} MiB; faults {len(verdict.faults)}")
    print("\n".join(verdict.faults[:10]))
    return int(bool(verdict.faults) or found.growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
