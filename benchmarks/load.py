"""wrk: closed loop, keep-alive, one thread, so that the server is what is measured."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent / "wrk"
CONNECTIONS = 32

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests per second and the 99th percentile in milliseconds."""

    rate: float
    p99: float


def run(
    script: str,
    url: str,
    *,
    seconds: int,
    headers: Mapping[str, str],
    connections: int = CONNECTIONS,
    extra: Mapping[str, str] | None = None,
) -> Load:
    """Load an address; anything but success ends the benchmark."""
    named = [word for name, text in headers.items() for word in ("-H", f"{name}: {text}")]
    done = subprocess.run(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
            # A busy machine answers late; that is in the percentiles and no error.
            *("--timeout", "30s"),
            *("-s", str(SCRIPTS / f"{script}.lua"), *named, url),
        ],
        capture_output=True,
        text=True,
        env=os.environ | dict(extra or {}),
        check=True,
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"the server refused load:\n{done.stdout}")
    return _read(done.stdout)


def _read(text: str) -> Load:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    if rate is None or p99 is None:
        raise SystemExit(f"wrk said something unexpected:\n{text}")
    return Load(float(rate[1]), float(p99[1]) * _UNITS[p99[2]])
