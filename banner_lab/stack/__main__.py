"""The commands of `./lab` that need the installed packages: `python -m banner_lab.stack …`."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from banner_lab.stack import doctor
from banner_lab.stack.backup import backup, restore
from banner_lab.stack.errors import StackError
from banner_lab.stack.ports import LARGEST
from banner_lab.stack.reset import reset
from banner_lab.stack.state import State, state_folder
from banner_lab.stack.status import logs, status
from banner_lab.stack.up import Wishes, up

Wanted = argparse.Namespace


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) not in range(1, LARGEST + 1):
        raise argparse.ArgumentTypeError(f"a port is a number of 1-{LARGEST}")
    return int(text)


def _file(text: str) -> Path:
    # `./lab` works in the project's root, wherever it was called from.
    return Path(os.environ.get("LAB_CALLED_FROM", "."), Path(text).expanduser()).resolve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./lab", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="set up and run everything")
    start.add_argument("--port", type=_port, help="of the pages (8000 or the next free one)")
    start.add_argument("--delivery-port", type=_port, help="of the data plane (8001 or the next)")
    commands.add_parser("status", help="what runs, and where")
    commands.add_parser("doctor", help="what is wrong here and how to mend it")
    log = commands.add_parser("logs", help="what a process said lately")
    log.add_argument("name", nargs="?")
    log.add_argument("-f", "--follow", action="store_true", help="go on as it says more")
    save = commands.add_parser("backup", help="database, media and secrets in one file")
    save.add_argument("file", nargs="?", type=_file)
    back = commands.add_parser("restore", help="put a backup in an empty place")
    back.add_argument("file", type=_file)
    clear = commands.add_parser("reset", help="destroy the data")
    for dangerous in (back, clear):
        dangerous.add_argument("--yes", metavar="NAME", help="the name of the folder given up")
    return parser


def _backup_file(now: datetime) -> Path:
    return _file(f"banner-lab-{now:%Y%m%d-%H%M%S}.tar.gz")


def _up(state: State, wanted: Wanted) -> bool:
    up(state, Wishes(wanted.port, wanted.delivery_port))
    return True


def _logs(state: State, wanted: Wanted) -> bool:
    logs(state, wanted.name, follow=wanted.follow)
    return True


def _backup(state: State, wanted: Wanted) -> bool:
    now = datetime.now(tz=UTC)
    backup(state, wanted.file or _backup_file(now), now=now)
    return True


def _restore(state: State, wanted: Wanted) -> bool:
    restore(state, wanted.file, given=wanted.yes)
    return True


def _reset(state: State, wanted: Wanted) -> bool:
    reset(state, given=wanted.yes)
    return True


COMMANDS: dict[str, Callable[[State, Wanted], bool]] = {
    "up": _up,
    "status": lambda state, _: status(state),
    "logs": _logs,
    "doctor": lambda state, _: doctor.examine(state),
    "backup": _backup,
    "restore": _restore,
    "reset": _reset,
}


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` say; 0 when all is well, 1 when not, 2 for a wrong command line."""
    wanted = _parser().parse_args(arguments)
    try:
        well = COMMANDS[wanted.command](State(state_folder()), wanted)
    except StackError as problem:
        print(f"\n{problem}", file=sys.stderr)
        if problem.hint:
            print(problem.hint, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of a pipe has seen enough; Python shall not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
