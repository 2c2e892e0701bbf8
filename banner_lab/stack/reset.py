"""`./lab reset`: destroy the data of a state folder, and nothing else that lies there."""

import shutil

from banner_lab.stack.errors import StackError
from banner_lab.stack.settings import Settings
from banner_lab.stack.state import State

# Only what the stack has made: a state folder may be somebody's home.
DATA = ("pg", "pg.new", "broker", "state", "media", "delivery", "static", "secrets", "programs")
FILES = ("demo.json", "migrated", "database.port", "broker.port", "state.port", "stack.env")


def holds_data(state: State) -> bool:
    """Whether a reset would destroy anything that was made by use."""
    return any((state.folder / name).exists() for name in ("pg", "secrets", "demo.json"))


def confirm(state: State, *, given: str | None, what: str) -> None:
    """Go on only when the name of what is lost was typed; raises StackError otherwise."""
    name = state.folder.name
    if given is None:
        print(f"{what}\nThis cannot be undone; ./lab backup makes a copy first.")
        given = _ask(f"Type the name of the folder ({name}) to go on: ")
    if given != name:
        raise StackError(f"Nothing was changed: {given!r} is not {name!r}.")


def _ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""


def reset(state: State, *, given: str | None) -> None:
    """Destroy the data after the name was typed. The stack must be down."""
    if not holds_data(state):
        print(f"There is nothing to destroy in {state.folder}.")
        return
    state.require_stopped()
    what = f"Database, media, secrets and logs in {state.folder} will be destroyed."
    confirm(state, given=given, what=what)
    state.prepare()
    lock = state.take()
    destroy(state)
    print(f"Destroyed what lay in {state.folder}. ./lab up starts afresh.")
    if Settings.read().is_given("DATABASE_URL"):
        print("The database that DATABASE_URL names was not touched.")
    del lock  # held until here; the kernel lets go of it when this process ends


def destroy(state: State) -> None:
    """Remove what the stack has made. The caller owns the folder."""
    for name in (*DATA, "logs"):
        folder = state.folder / name
        if folder.exists():
            shutil.rmtree(folder)
    for name in FILES:
        (state.folder / name).unlink(missing_ok=True)
