"""`./lab up`: everything from an empty folder to addresses that answer, until Ctrl-C."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass, field

from banner_lab.stack import announce, children, migrations, settings
from banner_lab.stack.children import Listening
from banner_lab.stack.errors import CannotStart
from banner_lab.stack.ports import HOST, private_write
from banner_lab.stack.postgres import Cluster
from banner_lab.stack.processes import last_lines
from banner_lab.stack.settings import DELIVERY_PORT, WEB_PORT, Settings
from banner_lab.stack.state import State
from banner_lab.stack.supervisor import Child, Interrupted, Supervisor

SERVERS_SECONDS, APPLICATIONS_SECONDS = 60, 60
# How long the announcement waits for the demo site before it goes out without it.
DEMO_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    port: int | None = None
    delivery_port: int | None = None


@dataclass(slots=True)
class Stack:
    """One run of everything. `say` prints to the person who started it."""

    state: State
    wishes: Wishes
    settings: Settings
    supervisor: Supervisor
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Start, announce and watch; returns after a clean stop, raises StackError otherwise."""
        os.umask(0o077)
        self.state.prepare()
        lock = self.state.take()
        self._listen()
        try:
            self.supervisor.housekeeping = self.state.rotate_logs
            self._start_and_watch(lock)
        except Interrupted:
            self.supervisor.say("\nStopping …")
        finally:
            self.supervisor.stop_all()
            self.state.environment_file.unlink(missing_ok=True)
            self.state.report.unlink(missing_ok=True)
            os.close(lock)
        self.supervisor.say("Stopped.")

    def _listen(self) -> None:
        signal.signal(signal.SIGINT, self.supervisor.ask_to_stop)
        signal.signal(signal.SIGTERM, self.supervisor.ask_to_stop)
        # Started with nohup it shall outlive the terminal.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self.supervisor.ask_to_stop)

    def _start_and_watch(self, lock: int) -> None:
        listening = self._choose_ports()
        self.supervisor.changed = lambda: self._report(listening)
        settings.make_keys(self.settings, self.state)
        self._start_servers(lock)
        self.settings.write(self.state)
        migrated = self._migrate()
        self._start_applications(listening)
        self._announce(migrated=migrated)
        self.supervisor.watch()

    def _choose_ports(self) -> Listening:
        web = settings.public_port(self.wishes.port, default=WEB_PORT, option="--port")
        delivery = settings.public_port(
            self.wishes.delivery_port, default=DELIVERY_PORT, option="--delivery-port", other=web
        )
        for name, got, usual in (
            ("pages use", web, WEB_PORT),
            ("data plane uses", delivery, DELIVERY_PORT),
        ):
            if self.wishes == Wishes() and got != usual:
                self.supervisor.say(f"Port {usual} is taken; the {name} {got}.")
        self.settings.make("PUBLIC_URL", f"http://{HOST}:{web}")
        self.settings.make("DELIVERY_URL", f"http://{HOST}:{delivery}")
        return Listening(HOST, web, delivery)

    def _start_servers(self, lock: int) -> None:
        servers: list[Child] = [
            children.valkey(name, server)
            for name, server in settings.embedded_valkeys(self.settings, self.state).items()
        ]
        self.supervisor.start(servers)
        cluster = settings.embedded_cluster(self.settings, self.state)
        if cluster is not None:
            self._create(cluster)
            servers.insert(0, children.database(cluster, lock))
            self.supervisor.start(servers[:1])
        self.supervisor.wait_ready(servers, seconds=SERVERS_SECONDS)

    def _create(self, cluster: Cluster) -> None:
        if not cluster.exists:
            self.supervisor.say("Making the database …")
            self.state.migrated.unlink(missing_ok=True)
            cluster.create()

    def _migrate(self) -> bool:
        """Bring the tables up to date; False when they were. The user's own database is asked."""
        embedded = not self.settings.is_given("DATABASE_URL")
        if embedded and migrations.applied(self.state.migrated):
            return False
        self.supervisor.say("Bringing the tables up to date …")
        command = children.manage("migrate", "--no-input", environment=self.settings.environment)
        if self.supervisor.run("migrate", command):
            tail = last_lines(self.state.log("migrate"))
            raise CannotStart(f"The tables could not be brought up to date:\n{tail}")
        if embedded:
            private_write(self.state.migrated, migrations.fingerprint())
        return True

    def _start_applications(self, listening: Listening) -> None:
        self.supervisor.say("Starting …")
        every = children.applications(listening, self.settings.environment)
        front = [child for child in every if child.ready is not None]
        self.supervisor.start(front)
        self.supervisor.wait_ready(front, seconds=APPLICATIONS_SECONDS)
        # Nobody waits for these: they shall not take the processor from those that answer.
        self.supervisor.start(child for child in every if child.ready is None)

    def _announce(self, *, migrated: bool) -> None:
        seconds = time.monotonic() - self.began
        self.supervisor.say(announce.ready(self.settings, self.state, seconds=seconds))
        if self.settings.demo:
            self._show_demo(anew=migrated or not self.state.demo.exists())
        self.supervisor.say("Ctrl-C stops everything.")

    def _show_demo(self, *, anew: bool) -> None:
        if anew:
            self._seed()
        text = announce.demo(self.state.demo)
        if text:
            self.supervisor.say(text)
        if text and anew:
            self.supervisor.say(announce.PAST)

    def _seed(self) -> None:
        command = children.manage("seed_demo", environment=self.settings.environment)
        process = self.supervisor.run_beside("seed_demo", command)
        end = time.monotonic() + DEMO_SECONDS
        while process.poll() is None and time.monotonic() < end:
            self.supervisor.tick()
        if process.returncode:
            log = self.state.log("seed_demo")
            self.supervisor.say(f"The demo site could not be filled; see {log}.\n")

    def _report(self, listening: Listening) -> None:
        self.state.write_report(
            {
                "pid": os.getpid(),
                "web": self.settings["PUBLIC_URL"],
                "delivery": self.settings["DELIVERY_URL"],
                "ports": {"web": listening.web, "delivery": listening.delivery},
                "processes": {
                    name: {
                        "pid": watched.process.pid,
                        "restarts": watched.restarts,
                        "running": watched.again_at is None,
                    }
                    for name, watched in self.supervisor.watched.items()
                },
            }
        )


def _say(text: str) -> None:
    # The terminal may have gone; that is no reason to fall over.
    with contextlib.suppress(OSError):
        print(text, flush=True)


def up(state: State, wishes: Wishes) -> None:
    """Run the stack in `state` until it is stopped."""
    Stack(state, wishes, Settings.read(), Supervisor(state.log, _say)).run()
