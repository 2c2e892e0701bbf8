"""`./lab doctor`, second half: what keeps the stack from starting here, and how to mend it."""

import os
import stat
from collections.abc import Callable

from banner_lab.stack import identity, ports, postgres, valkey
from banner_lab.stack.errors import StackError
from banner_lab.stack.settings import DELIVERY_PORT, WEB_PORT, Settings
from banner_lab.stack.state import State
from delivery.config import ROOT

OTHERS_MAY_LOOK = 0o066
TOO_FULL = 500_000_000


def examine(state: State) -> bool:
    """Print one line for each question; whether all is well."""
    checks: tuple[Callable[[State], str], ...] = (
        _postgres,
        _root,
        _valkey,
        _folder,
        _space,
        _running,
        _ports,
        _settings,
    )
    answers = [_ask(check, state) for check in checks]
    return all(answers)


def _ask(check: Callable[[State], str], state: State) -> bool:
    subject = check.__name__.strip("_").capitalize()
    try:
        well = check(state)
    except StackError as problem:
        print(f"  !!  {subject}: {problem}{f' {problem.hint}' if problem.hint else ''}")
        return False
    print(f"  ok  {subject}: {well}")
    return True


def _postgres(state: State) -> str:
    if Settings.read().is_given("DATABASE_URL"):
        return "yours, from DATABASE_URL"
    found = postgres.installation_for(state.folder / "pg")
    version = postgres.data_version(state.folder / "pg")
    return f"{found.major}, {'no data yet' if version is None else f'data of {version}'}"


def _root(state: State) -> str:
    if os.geteuid() != 0:
        return "not root"
    if Settings.read().is_given("DATABASE_URL"):
        return "root; no database of ours to run"
    if identity.namespaces_work():
        return "root; PostgreSQL runs in a user namespace"
    folder = state.folder if state.folder.exists() else state.folder.parent
    identity.require_reachable(folder)
    return "root; PostgreSQL runs as nobody"


def _valkey(_: State) -> str:
    given = Settings.read()
    if given.is_given("CELERY_BROKER_URL") and given.is_given("STATE_URL"):
        return "yours, from CELERY_BROKER_URL and STATE_URL"
    return f"found ({valkey.program().parent.name})"


def _folder(state: State) -> str:
    if not state.folder.exists():
        return f"{state.folder} will be made"
    if not os.access(state.folder, os.W_OK | os.X_OK):
        raise StackError(f"{state.folder} cannot be written.", hint="Set LAB_STATE to another one.")
    mode = stat.S_IMODE(state.folder.stat().st_mode)
    if mode & OTHERS_MAY_LOOK:
        raise StackError(
            f"{state.folder} can be read by others.", hint=f"chmod 700 '{state.folder}'"
        )
    return f"{state.folder}, closed to others"


def _space(state: State) -> str:
    place = state.folder if state.folder.exists() else ROOT
    room = os.statvfs(place)
    free = room.f_bavail * room.f_frsize
    if free < TOO_FULL:
        raise StackError(f"{free / 1e6:.0f} MB free for data.", hint="Make room.")
    return f"{free / 1e9:.1f} GB free for data"


def _running(state: State) -> str:
    if state.is_running():
        report = state.read_report()
        fallen = [n for n, p in report.get("processes", {}).items() if not p.get("running")]
        if fallen:
            raise StackError(f"{', '.join(fallen)} ended.", hint=f"./lab logs {fallen[0]}")
        return f"runs at {report.get('web')}"
    if state.report.exists():
        # A supervisor that was killed left its notes; its processes died with it.
        return "not running; the last run was killed, ./lab up carries on"
    return "not running"


def _ports(state: State) -> str:
    if state.is_running():
        return "in use by Banner Lab"
    taken = [port for port in (WEB_PORT, DELIVERY_PORT) if not ports.is_free(port)]
    if taken:
        return f"{' and '.join(map(str, taken))} taken by other programs; the next free is used"
    return f"{WEB_PORT} and {DELIVERY_PORT} are free"


def _settings(_: State) -> str:
    given = Settings.read()
    if given.is_given("PSEUDONYM_KEYS") != given.is_given("SECRET_KEY"):
        raise StackError(
            "Some keys come from your settings and others are made here.",
            hint="Set SECRET_KEY, PSEUDONYM_KEYS and TOKEN_KEYS together, or none of them.",
        )
    return ".env is used" if (ROOT / ".env").exists() else "none of your own"
