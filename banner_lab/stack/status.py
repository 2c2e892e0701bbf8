"""`./lab status` and `./lab logs`: what runs, where, and what it said."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from banner_lab.stack import announce
from banner_lab.stack.errors import StackError
from banner_lab.stack.processes import last_lines
from banner_lab.stack.state import State

LINES_OF_EACH, LINES_OF_ONE = 5, 200
FOLLOW_SECONDS = 0.3


def status(state: State) -> bool:
    """Say what runs; whether everything does."""
    if not state.is_running():
        print(f"Banner Lab is not running here (state in {state.folder}). ./lab up starts it.")
        return False
    report = state.read_report()
    print(f"Banner Lab runs: pages {report.get('web')}, data plane {report.get('delivery')}\n")
    processes = report.get("processes", {})
    for name, process in processes.items():
        print(f"  {name:<10} {_condition(process)}")
    print(f"\n  data {state.folder}\n  logs {state.logs}\n")
    people = announce.demo(state.demo)
    if people:
        print(people)
    return all(process.get("running") for process in processes.values())


def _condition(process: dict[str, object]) -> str:
    again = f", started again {process['restarts']} times" if process.get("restarts") else ""
    if process.get("running"):
        return f"running (process {process.get('pid')}{again})"
    return f"ended; will be started again{again}"


def logs(state: State, name: str | None, *, follow: bool) -> None:
    """Print the end of one log, or a few lines of each."""
    names = sorted(file.stem for file in state.logs.glob("*.log"))
    if name is None and not names:
        print(f"There are no logs in {state.logs} yet.")
    elif name is None:
        for each in names:
            lines = last_lines(state.log(each), count=LINES_OF_EACH)
            print(f"== {each} ==\n{readable(lines)}\n")
        print(f"More of one: ./lab logs NAME [--follow]. The files are in {state.logs}.")
    elif name in names:
        _log(state.log(name), follow=follow)
    else:
        there = ", ".join(names) or "none yet"
        raise StackError(f"There is no log {name!r}.", hint=f"There are: {there}.")


def _log(log: Path, *, follow: bool) -> None:
    print(readable(last_lines(log, count=LINES_OF_ONE)), flush=True)
    for text in _new_text(log) if follow else ():
        sys.stdout.write(readable(text))
        sys.stdout.flush()


_TOLD_FIRST = ("time", "level", "logger", "message")


def readable(text: str) -> str:
    """Lines of JSON as people read them; everything else as it is.

    Example:
        >>> readable('{"time": "2026-11-26T06:00:00Z", "level": "error", "message": "away"}')
        '2026-11-26T06:00:00Z ERROR away'
    """
    return "\n".join(map(_readable, text.split("\n")))


def _readable(line: str) -> str:
    try:
        told = json.loads(line) if line.startswith("{") else None
    except ValueError:
        told = None
    if not isinstance(told, dict) or "message" not in told:
        return line
    told["level"] = str(told.get("level", "")).upper()
    trace = told.pop("trace", [])
    first = [str(told.pop(name)) for name in _TOLD_FIRST if told.get(name)]
    rest = [f"{name}={value}" for name, value in told.items() if value]
    return "\n    ".join([" ".join(first + rest), *map(str, trace)])


def _new_text(log: Path) -> Iterator[str]:
    place = log.stat().st_size
    while True:
        time.sleep(FOLLOW_SECONDS)
        size = log.stat().st_size if log.exists() else 0
        place = min(place, size)
        if size > place:
            with log.open("rb") as file:
                file.seek(place)
                fresh = file.read()
            place += len(fresh)
            yield fresh.decode("utf-8", "replace")
