"""What the processes are told: values that were given, and those the stack makes up and keeps."""

import os
import secrets
import shlex
from dataclasses import dataclass, field

from banner_lab.stack import ports
from banner_lab.stack.errors import StackError
from banner_lab.stack.ports import HOST, private_write
from banner_lab.stack.postgres import Cluster
from banner_lab.stack.state import State
from banner_lab.stack.valkey import Valkey
from delivery.config import ROOT, read_file

WEB_PORT, DELIVERY_PORT = 8000, 8001


@dataclass(slots=True)
class Settings:
    """`given` comes from the environment and `.env` and always wins; `made` is the stack's."""

    given: dict[str, str]
    made: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Settings":
        """The given settings, read as `delivery.config` does."""
        given = {**read_file(ROOT / ".env"), **os.environ}
        return cls({name: value for name, value in given.items() if value})

    def __getitem__(self, name: str) -> str:
        return self.given.get(name) or self.made[name]

    def is_given(self, name: str) -> bool:
        """Whether the user has set it."""
        return name in self.given

    def make(self, name: str, value: str) -> None:
        """Set what the user has not set."""
        if name not in self.given:
            self.made[name] = value

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a child."""
        return {**os.environ, **self.made, "PYTHONUNBUFFERED": "1"}

    @property
    def demo(self) -> bool:
        """Whether the demo site is wanted."""
        return self["DEMO"].lower() in {"1", "true", "yes", "on"}

    def write(self, state: State) -> None:
        """Leave the made values where `manage.py` looks for them."""
        lines = [f"{name}={shlex.quote(value)}" for name, value in sorted(self.made.items())]
        head = "# Written by ./lab up for as long as it runs. Set your own values in .env.\n"
        private_write(state.environment_file, head + "\n".join(lines) + "\n")


def make_keys(settings: Settings, state: State) -> None:
    """Secrets of the application: made once, kept in private files, never changed by a start."""
    settings.make("SECRET_KEY", state.secret("secret_key", secrets.token_urlsafe(50)))
    settings.make("PSEUDONYM_KEYS", state.secret("pseudonym_keys"))
    settings.make("TOKEN_KEYS", state.secret("token_keys", f"1:{secrets.token_hex(32)}"))
    settings.made["LAB_STATE"] = str(state.folder)
    settings.make("DEMO", "1")


def embedded_cluster(settings: Settings, state: State) -> Cluster | None:
    """The database server to start, or None when the user has one."""
    if settings.is_given("DATABASE_URL"):
        return None
    port = ports.remembered(state.folder / "database.port")
    cluster = Cluster.at(state.folder, port=port, password=state.secret("database"))
    settings.make("DATABASE_URL", cluster.url)
    return cluster


def embedded_valkeys(settings: Settings, state: State) -> dict[str, Valkey]:
    """The Valkeys to start: the broker never forgets, the hot state may."""
    found: dict[str, Valkey] = {}
    if not settings.is_given("CELERY_BROKER_URL"):
        port = ports.remembered(state.folder / "broker.port")
        found["broker"] = Valkey(state.folder / "broker", port, state.secret("broker"), "broker")
        settings.make("CELERY_BROKER_URL", f"{found['broker'].url}/0")
    if not settings.is_given("STATE_URL"):
        port = ports.remembered(state.folder / "state.port")
        found["state"] = Valkey(state.folder / "state", port, state.secret("state"), "state")
        settings.make("STATE_URL", f"{found['state'].url}/0")
    return found


def public_port(wanted: int | None, *, default: int, option: str, other: int | None = None) -> int:
    """The port to listen on; a taken default moves up, a taken wish is refused with an offer."""
    free = ports.first_free(wanted or default, avoid=other)
    if free is None:
        raise StackError(f"Port {wanted or default} and the fifty above it are taken.")
    if wanted is not None and free != wanted:
        raise StackError(
            f"Port {wanted} on {HOST} is taken by another program.",
            hint=f"Port {free} is free: {option} {free}",
        )
    return free
