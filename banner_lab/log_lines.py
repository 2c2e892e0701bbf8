"""The lines of pages, workers and clock: JSON, or for people, and in neither anything personal.

An address of a page is logged as its route: in `/r/<secret>` or `/c/<token>` the rest is a secret.
"""

import logging
from typing import Any, Final

from django.http import HttpRequest
from gunicorn.glogging import Logger

from delivery import config
from delivery.log_lines import Json as PlainJson
from delivery.log_lines import scrubbed
from workspace import requests
from workspace.log_lines import Line

ACCESS: Final = "banner_lab.access"
FOR_PEOPLE: Final = "{asctime} {levelname} {name} {request_id} {message}"


def said(record: logging.LogRecord) -> str:
    """A record's message; libraries' own messages without what they repeat of a request."""
    data, request = getattr(record, "data", None), getattr(record, "request", None)
    if record.name == "celery.app.trace" and isinstance(data, dict):
        return f"task {data.get('name')} {data.get('description', record.levelname.lower())}"
    if record.name.startswith("django.security"):
        # What it says repeats headers: a host, an origin.
        route = requests.route_of(request) if isinstance(request, HttpRequest) else "a request"
        return f"refused {route}: {record.name.rpartition('.')[2]}"
    if record.name.startswith(("gunicorn.error", "django")):
        record = logging.makeLogRecord(record.__dict__ | {"args": _routed(record.args, request)})
        return record.getMessage().partition(" from ip=")[0]
    return record.getMessage()


def _routed(args: Any, request: object) -> Any:  # noqa: ANN401 - whatever a library logs
    """Addresses among the arguments of a message as routes."""
    if not isinstance(args, tuple):
        return args
    route = requests.route_of(request) if isinstance(request, HttpRequest) else None
    return tuple(
        route or requests.beginning(arg) if isinstance(arg, str) and arg.startswith("/") else arg
        for arg in args
    )


class Json(PlainJson):
    """A JSON object with the number of the request."""

    def said(self, record: logging.LogRecord) -> str:
        """See the function of this name."""
        return said(record)

    def extras(self, record: logging.LogRecord) -> dict[str, object]:
        """What the call adds, and which request it was made in."""
        found = super().extras(record)
        number = requests.number()
        return {"request": number} | found if number else found


class Text(Line):
    """A line for people."""

    def __init__(self) -> None:
        super().__init__(FOR_PEOPLE)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the framework's name
        """The line without its trace."""
        record.message = scrubbed(said(record))
        return super().formatMessage(record)


def formatter() -> logging.Formatter:
    """As `LOG_FORMAT` wants it."""
    return Json() if config.read().logs_json else Text()


class Server(Logger):  # type: ignore[misc]
    """What gunicorn says, in our form; of a request its route, its status and its time."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - gunicorn's own
        """Called at the start and with every reload."""
        super().setup(cfg)
        shape = formatter()
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(shape)

    def access(
        self,
        resp: Any,  # noqa: ANN401 - gunicorn's own
        req: Any,  # noqa: ANN401, ARG002
        environ: dict[str, Any],
        request_time: Any,  # noqa: ANN401
    ) -> None:
        """A line for one request."""
        if not self.access_log_enabled:
            return
        method, status = environ.get("REQUEST_METHOD", "-"), int(resp.status_code)
        route = environ.get(requests.ROUTE) or requests.beginning(environ.get("PATH_INFO", ""))
        ms = round(request_time.total_seconds() * 1000)
        told = {"method": method, "door": route, "status": status, "ms": ms}
        told["request"] = environ.get(requests.NUMBER, "")
        self.access_log.info("%s %s %s %sms", method, route, status, ms, extra=told)
