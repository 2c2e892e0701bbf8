"""The commands of `./lab` that need the installed packages: `python -m banner_lab.stack …`."""

import argparse
import sys
from collections.abc import Sequence

from banner_lab.stack.errors import StackError
from banner_lab.stack.state import State, state_folder
from banner_lab.stack.up import Wishes, up


def _port(text: str) -> int:
    port = int(text)
    if port not in range(1, 65536):
        raise argparse.ArgumentTypeError("a port is a number of 1-65535")
    return port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./lab", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="set up and run everything")
    start.add_argument("--port", type=_port, help="of the pages (8000 or the next free one)")
    start.add_argument("--delivery-port", type=_port, help="of the data plane (8001)")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` say; the exit code."""
    wishes = _parser().parse_args(arguments)
    state = State(state_folder())
    try:
        if wishes.command == "up":
            up(state, Wishes(wishes.port, wishes.delivery_port))
    except StackError as problem:
        print(f"\n{problem}", file=sys.stderr)
        if problem.hint:
            print(problem.hint, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
