"""One event is one line of the log: a JSON object, without anything that points at a person.

What we log ourselves names no visitor. The rest is for what libraries say: addresses, keys, tokens
and queries are struck out of every message, and of an exception only its type and its place are
kept, because its text may repeat what somebody sent. Of the database's errors the code is kept.
"""

import datetime as dt
import ipaddress
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LONGEST: Final = 1_000
FRAMES: Final = 20
CAUSES: Final = 5
EXTRAS: Final = ("request", "method", "door", "status", "ms", "alarm", "task", "job")
"""What a call to the log may add by `extra=`; everything else is left out."""

_STRUCK = "…"
_SECRETS = re.compile(
    r"\bbl1\.[\w.=-]+"  # tokens of decisions
    r"|\b[ps]k_[\w-]+"  # keys
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"  # mail addresses
    r"|(?<=\?)[^\s'\"<>)]+"  # queries
    r"|(?<=://)[^\s/@'\"]+(?=@)"  # passwords in addresses of servers
)
_ADDRESS = re.compile(r"(?<![\w.:-])[0-9A-Fa-f:.]{3,45}(?![\w-])")


def scrubbed(text: str) -> str:
    """A message without what must not be in a log.

    Example:
        >>> scrubbed("GET /c/bl1.abc-d?key=pk_1 from 203.0.113.9 at 12:00:00")
        'GET /c/…?… from … at 12:00:00'
        >>> scrubbed("Listening at: http://127.0.0.1:8001")
        'Listening at: http://127.0.0.1:8001'
    """
    return _ADDRESS.sub(_struck, _SECRETS.sub(_STRUCK, text))[:LONGEST]


def _struck(found: "re.Match[str]") -> str:
    text = found[0]
    host = text.partition(":")[0] if text.count(":") == 1 else text
    try:
        address = ipaddress.ip_address(host.rstrip(".:"))
    except ValueError:
        return text
    ours = address.is_loopback or address.is_unspecified
    return text if ours else _STRUCK


def reason(error: BaseException) -> str:
    """Why the database, or the way to it, failed, without the rows that its text may repeat."""
    code = getattr(error, "sqlstate", None)
    if code:
        return f"{type(error).__name__} {code}"
    first = str(error).strip().partition("\n")[0]
    return scrubbed(first) or type(error).__name__


class Json(logging.Formatter):
    """A line as a JSON object: time, level, logger, message, and what the call adds."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, object] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrubbed(self.said(record)),
        }
        line |= self.extras(record)
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = " ← ".join(map(_name, _chain(record.exc_info[1])))
            line["trace"] = _places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)

    def said(self, record: logging.LogRecord) -> str:
        """The message before anything is struck out of it."""
        return record.getMessage()

    def extras(self, record: logging.LogRecord) -> dict[str, object]:
        """What the call adds, of the names that are allowed."""
        found = {name: getattr(record, name, None) for name in EXTRAS}
        return {n: v for n, v in found.items() if isinstance(v, str | int | float) and v != ""}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and what led to it."""
    found: BaseException | None = error
    for _ in range(CAUSES):
        if found is None:
            return
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _name(error: BaseException) -> str:
    kind, code = type(error), getattr(error, "sqlstate", None)
    return f"{kind.__module__}.{kind.__qualname__}" + (f" {code}" if code else "")


def _places(error: BaseException) -> list[str]:
    """Where it was raised, the innermost place last."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(path: str) -> str:
    """A file's path within the project or the library, not where that lies on this machine."""
    for folder in (str(ROOT), *sys.path):
        if folder and path.startswith(f"{folder}/") and "site-packages" not in path[len(folder) :]:
            return path[len(folder) + 1 :]
    return Path(path).name


def set_up() -> None:
    """Send everything that this process says to its standard error, a line an event."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # The server's own lines have their own handlers.
    for name in ("_granian", "granian.access"):
        for own in logging.getLogger(name).handlers:
            own.setFormatter(handler.formatter)
