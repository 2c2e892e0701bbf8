"""Other servers that answer who gets what, started here to be measured in the same run.

They come from the npm registry into a folder of the user's cache, once; nothing of them is part of
this project.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from banner_lab.stack import ports
from banner_lab.stack.processes import Command
from benchmarks.stage import Stage, answers

UNLEASH, PROXY = "8.2.0", "1.4.19"
FLAGS = 20
FOLDER = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "banner-lab-peers"
INSTALL_SECONDS = 600
_ADMIN, _FRONTEND, _CLIENT = (
    f"{scope}.only-for-benchmarks-0123456789"
    for scope in ("*:*", "default:development", "default:development")
)
_PROXY_KEY = "only-for-benchmarks"


@dataclass(frozen=True, slots=True)
class Peer:
    """A server to load: its name, the address, and what it wants as a key."""

    name: str
    url: str
    key: str


def missing() -> str | None:
    """Why no peer can be run here, as a sentence."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "Peers are not measured: they need node and npm (Debian: apt install nodejs npm)."
    return None


def started(stage: Stage) -> list[Peer]:
    """Unleash with twenty flags of two variants, and its proxy, which evaluates in memory."""
    _install()
    main = ports.unused()
    stage.run(_unleash(stage, main), "unleash")
    stage.wait(lambda: answers(f"http://{ports.HOST}:{main}/health"), "unleash")
    for number in range(FLAGS):
        _flag(main, f"exp-{number}")
    beside = ports.unused()
    stage.run(_proxy(stage, main, beside), "proxy")
    stage.wait(lambda: _knows_all(beside), "proxy")
    there, beside_it = f"http://{ports.HOST}:{main}", f"http://{ports.HOST}:{beside}"
    return [
        Peer(f"Unleash {UNLEASH}, {FLAGS} flags", f"{there}/api/frontend", _FRONTEND),
        Peer(f"Unleash Proxy {PROXY}, {FLAGS} flags", f"{beside_it}/proxy", _PROXY_KEY),
    ]


def _install() -> None:
    there = FOLDER / "node_modules" / "unleash-server" / "package.json"
    if there.exists() and json.loads(there.read_text())["version"] == UNLEASH:
        return
    print("installing the peers (once) …", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"),
            *("--prefix", str(FOLDER), f"unleash-server@{UNLEASH}", f"@unleash/proxy@{PROXY}"),
        ],
        check=True,
        timeout=INSTALL_SECONDS,
    )


def _unleash(stage: Stage, port: int) -> Command:
    server, _, _ = stage.environment["DATABASE_URL"].rpartition("/")
    with psycopg.connect(stage.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE unleash")
    return Command(
        ("node", str(FOLDER / "node_modules/unleash-server/dist/server.js")),
        environment=stage.environment
        | {
            "DATABASE_URL": f"{server}/unleash",
            "DATABASE_SSL": "false",
            "HTTP_PORT": str(port),
            "INIT_ADMIN_API_TOKENS": _ADMIN,
            "INIT_FRONTEND_API_TOKENS": _FRONTEND,
            "INIT_CLIENT_API_TOKENS": _CLIENT,
            "CHECK_VERSION": "false",
            "SEND_TELEMETRY": "false",
            "LOG_LEVEL": "error",
            "NODE_ENV": "production",
            "TZ": "UTC",
        },
        folder=FOLDER,
    )


def _proxy(stage: Stage, main: int, port: int) -> Command:
    return Command(
        ("node", str(FOLDER / "node_modules/@unleash/proxy/dist/start.js")),
        environment=stage.environment
        | {
            "UNLEASH_URL": f"http://{ports.HOST}:{main}/api",
            "UNLEASH_API_TOKEN": _CLIENT,
            "UNLEASH_PROXY_CLIENT_KEYS": _PROXY_KEY,
            "UNLEASH_INSTANCE_ID": "benchmark",
            "PORT": str(port),
            "LOG_LEVEL": "error",
            "NODE_ENV": "production",
        },
        folder=FOLDER,
    )


def _flag(port: int, name: str) -> None:
    """On for everybody, half of them with each variant."""
    whole = f"http://{ports.HOST}:{port}/api/admin/projects/default/features"
    here = f"{whole}/{name}/environments/development"
    variants = [
        {
            "name": letter,
            "weight": 500,
            "weightType": "variable",
            "stickiness": "userId",
            "payload": {"type": "json", "value": "{}"},
        }
        for letter in "ab"
    ]
    strategy = {
        "name": "flexibleRollout",
        "parameters": {"rollout": "100", "stickiness": "userId", "groupId": name},
        "variants": variants,
    }
    _post(whole, {"name": name, "type": "experiment"})
    _post(f"{here}/strategies", strategy)
    _post(f"{here}/on", {})


def _post(url: str, body: object) -> None:
    headers = {"Authorization": _ADMIN, "Content-Type": "application/json"}
    urlopen(Request(url, json.dumps(body).encode(), headers), timeout=20).close()


def _knows_all(port: int) -> bool:
    request = Request(
        f"http://{ports.HOST}:{port}/proxy?userId=u-1", headers={"Authorization": _PROXY_KEY}
    )
    try:
        with urlopen(request, timeout=2) as answer:
            return len(json.load(answer)["toggles"]) == FLAGS
    except OSError:
        return False
