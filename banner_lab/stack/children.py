"""The processes of the stack as data: what runs, how it is asked to stop, when it is ready."""

import http.client
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from banner_lab.stack.postgres import Cluster
from banner_lab.stack.processes import Command
from banner_lab.stack.supervisor import Child
from banner_lab.stack.valkey import Valkey
from delivery.config import ROOT

SERVERS, APPLICATIONS = 0, 1
WEB_WORKERS, WEB_THREADS, WORKER_PROCESSES = 2, 4, 2


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the two planes listen."""

    host: str
    web: int
    delivery: int


def database(cluster: Cluster, lock: int) -> Child:
    """The server holds the lock of the state folder too: its data is free when it has gone."""
    return Child("database", cluster.command(keep_open=(lock,)), cluster.ready, SERVERS)


def valkey(name: str, server: Valkey) -> Child:
    """Broker or hot state."""
    return Child(name, server.command(), server.ready, SERVERS)


def applications(listening: Listening, environment: Mapping[str, str]) -> tuple[Child, ...]:
    """Web, data plane, worker and the one clock."""

    def child(name: str, *arguments: str, ready: Callable[[], bool] | None = None) -> Child:
        death = DEATH_SIGNALS.get(name, signal.SIGTERM)
        command = python(*arguments, environment=environment, death_signal=death)
        return Child(name, command, ready, APPLICATIONS)

    host = listening.host
    return (
        child("web", *_web(host, listening.web), ready=lambda: answers(listening.web, "/login/")),
        child(
            "delivery",
            *_delivery(host, listening.delivery),
            ready=lambda: answers(listening.delivery, "/livez"),
        ),
        child("worker", *_worker()),
        child("beat", *_beat()),
    )


# What the kernel sends when the supervisor is killed: nobody is left to be patient. A worker's
# task goes back to the queue; its pool processes are tied to it by Celery itself.
DEATH_SIGNALS = {"web": signal.SIGQUIT, "worker": signal.SIGKILL}


def python(
    *arguments: str,
    environment: Mapping[str, str],
    death_signal: signal.Signals = signal.SIGTERM,
) -> Command:
    """A Python program of the project, run in its root with the interpreter that runs this."""
    return Command(
        (sys.executable, *arguments),
        environment=environment,
        folder=ROOT,
        death_signal=death_signal,
    )


def manage(*arguments: str, environment: Mapping[str, str]) -> Command:
    """A management command."""
    return python("manage.py", *arguments, environment=environment)


def _web(host: str, port: int) -> tuple[str, ...]:
    return (
        *("-m", "gunicorn", "banner_lab.wsgi", "--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", str(WEB_WORKERS)),
        # Whoever stops it waits for ten seconds; a request that hangs gets fewer.
        *("--threads", str(WEB_THREADS), "--timeout", "60", "--graceful-timeout", "7"),
        # Loaded once and forked: half the work at start, shared memory afterwards.
        *("--preload", "--no-control-socket", "--access-logfile", "-"),
        # No query, no address, no path but its route: ids and tokens must not reach a log.
        *("--logger-class", "banner_lab.log_lines.Server"),
    )


# Whoever stops it waits for ten seconds. Half a body is given up before (`BODY_SECONDS`), half a
# header would be waited for much longer; what was acknowledged is durable by then.
GRANIAN = ("--workers", "1", "--no-ws", "--http", "1", "--workers-kill-timeout", "9")


def _delivery(host: str, port: int) -> tuple[str, ...]:
    return (
        *("-m", "granian", "--interface", "asgi", "delivery.app:app", "--host", host),
        *("--port", str(port), *GRANIAN),
        *("--log-config", "delivery/granian.json"),
    )


def _worker() -> tuple[str, ...]:
    return (
        *("-m", "celery", "-A", "banner_lab", "worker", "--loglevel", "WARNING"),
        *("--concurrency", str(WORKER_PROCESSES), "--without-gossip", "--without-mingle"),
    )


def _beat() -> tuple[str, ...]:
    # The timetable is code and its memory may go: every entry is due again soon after a start.
    return (
        *("-m", "celery", "-A", "banner_lab", "beat", "--loglevel", "WARNING", "--pidfile="),
        *("--scheduler", "celery.beat:Scheduler"),
    )


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server there gives any answer; the first one also warms it up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Accept-Language": "en"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()
