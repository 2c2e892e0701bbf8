"""From a request to an answer, without a server: the one table of addresses.

`delivery.app` puts an ASGI server around it, `experiments.api.data_plane` Django; both get the same
answers because both ask here.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from delivery import asking, collecting, files, following, problems, safety
from delivery.folding import Acts, acts_of
from delivery.index import Live, normal_origin
from delivery.messages import language_of, message
from delivery.meters import door_of
from delivery.moment import Moment, Tools
from delivery.protocols import growthbook, ofrep
from delivery.sink import Outcome
from delivery.visitor import Known
from delivery.wire import Headers, Look, Request, Response, Result, Write
from engine.errors import LabError, NotFound, Unavailable

log = logging.getLogger("delivery")

Door: TypeAlias = Callable[..., Result]

# The exact addresses, with the verbs they take.
EXACT: dict[str, tuple[Door, str]] = {
    "/api/v1/assign": (asking.assign, "GET, HEAD"),
    "/api/v1/decide": (asking.decide, "POST"),
    "/api/v1/events": (collecting.events, "POST"),
    "/ofrep/v1/evaluate/flags": (ofrep.flags, "POST"),
}
# Those that a script calls as well, with all that follows as one more part.
BELOW: dict[str, tuple[Door, str]] = {
    "/ofrep/v1/evaluate/flags/": (ofrep.flag, "POST"),
    "/api/features/": (growthbook.features, "GET, HEAD"),
}
# Those with one more part behind them.
UNDER: dict[str, tuple[Door, str]] = {
    "c": (following.click, "GET, HEAD"),
    "i": (following.seen, "GET, HEAD"),
    "media": (files.media, "GET, HEAD"),
    "tag": (files.tag, "GET, HEAD"),
}
# Addresses that a script may only call from the origins of a site.
_API = ("/api/", "/ofrep/")
_PREFLIGHT: Headers = (
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, x-api-key, if-none-match"),
    (b"access-control-max-age", b"600"),
)
_NUMBER = re.compile(r"[A-Za-z0-9._-]{8,64}")
_EXPOSED = (
    b"access-control-expose-headers",
    b"Snapshot-Version, Snapshot-Age, Server-Timing, Retry-After, ETag",
)


@dataclass(frozen=True, slots=True)
class Current:
    """The snapshot in force, and when (Unix seconds) it was last known to be the newest."""

    live: Live | None = None
    confirmed_at: float = 0.0


@dataclass(frozen=True, slots=True)
class DataPlane:
    """Everything but the transport: `handle` answers, or says what must be written first."""

    tools: Tools
    _safe: Headers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_safe", safety.headers(self.tools.public_url))

    def handle(self, request: Request, current: Current, *, now: float) -> Result:
        """The answer to a request, or a `Write` that leads to it. Never raises."""
        started = time.perf_counter()
        result = self._guarded(request, Moment(current.live, now, self.tools))
        spent = time.perf_counter() - started
        if isinstance(result, Response):
            return self._finish(result, request, current, now, spent)
        if isinstance(result, Look):
            return self._looked(result, request, current, now, spent)
        return self._wrapped(result, request, current, now, spent)

    def acts(self, write: Write, outcomes: Sequence[Outcome], current: Current) -> Acts:
        """What has become durable for the first time, as profiles take it."""
        if current.live is None or not current.live.keeps_profiles:
            return {}
        pairs = zip(write.records, outcomes, strict=True)
        stored = (record for record, outcome in pairs if outcome is Outcome.STORED)
        return acts_of(stored, current.live.sites)

    def _guarded(self, request: Request, moment: Moment) -> Result:
        try:
            return _route(request, moment)
        except LabError as error:
            return self._problem(error, request)
        except Exception:
            told = {"method": request.method, "door": door_of(request.path), "status": 503}
            log.exception("could not answer", extra=told | _numbered(request))
            return self._problem(Unavailable(message("unexpected")), request)

    def _problem(self, error: LabError, request: Request) -> Response:
        language = language_of(request.header(b"accept-language"))
        return problems.response(error, language=language, base_url=self.tools.public_url)

    def _looked(
        self, look: Look, request: Request, current: Current, now: float, spent: float
    ) -> Look:
        def answer(known: Known) -> Response:
            started = time.perf_counter()
            response = look.answer(known)
            took = spent + time.perf_counter() - started
            return self._finish(response, request, current, now, took)

        return Look(look.key, answer)

    def _wrapped(
        self, write: Write, request: Request, current: Current, now: float, spent: float
    ) -> Write:
        def answer(outcomes: Sequence[Outcome]) -> Response:
            return self._finish(write.answer(outcomes), request, current, now, spent)

        anyway = write.anyway and self._finish(write.anyway, request, current, now, spent)
        return Write(write.records, answer, anyway, write.refusals)

    def refuse(
        self, error: LabError, request: Request, current: Current, *, now: float
    ) -> Response:
        """An error that only the transport could notice, as an answer."""
        return self._finish(self._problem(error, request), request, current, now, 0.0)

    def not_durable(
        self, write: Write, request: Request, current: Current, *, now: float
    ) -> Response:
        """What to answer when nothing could be written."""
        hint = message("again_hint", seconds=problems.RETRY_AFTER)
        error = Unavailable(message("not_durable"), hint=hint)
        return write.anyway or self.refuse(error, request, current, now=now)

    def _finish(
        self, response: Response, request: Request, current: Current, now: float, spent: float
    ) -> Response:
        headers: Headers = (
            *response.headers,
            *_about(current, now),
            (b"server-timing", b"app;dur=%.2f" % (spent * 1000)),
            *_cors(request, current.live),
            *self._safe,
        )
        assigned = None if request.method == "HEAD" else response.assigned
        return Response(
            response.status, response.body, headers, response.file, assigned, response.part
        )


def _about(current: Current, now: float) -> Headers:
    if current.live is None:
        return ((b"snapshot-version", b"0"),)
    age = max(0, int(now - current.confirmed_at))
    return (
        (b"snapshot-version", b"%d" % current.live.version),
        (b"snapshot-age", b"%d" % age),
    )


def _cors(request: Request, live: Live | None) -> Headers:
    origin = request.headers.get(b"origin")
    if not request.path.startswith(_API):
        return ()
    if origin is None:
        return ((b"vary", b"Origin"),)
    # Before anything is published nobody can be refused, and there is nothing to read either.
    if live is not None and normal_origin(origin.decode("latin-1")) not in live.all_origins:
        return ((b"vary", b"Origin"),)
    return ((b"access-control-allow-origin", origin), (b"vary", b"Origin"), _EXPOSED)


def _numbered(request: Request) -> dict[str, str]:
    """The number that a proxy gave the request, for the log."""
    text = request.header(b"x-request-id")
    return {"request": text} if _NUMBER.fullmatch(text) else {}


def _route(request: Request, moment: Moment) -> Result:
    found = EXACT.get(request.path)
    if found is not None:
        return _called(request, moment, found)
    for beginning, below in BELOW.items():
        if request.path.startswith(beginning) and len(request.path) > len(beginning):
            return _called(request, moment, below, request.path[len(beginning) :])
    _, first, *rest = [*request.path.split("/", 2), ""][:4]
    if first not in UNDER or not rest[0]:
        raise NotFound(message("nothing_here"))
    door, methods = UNDER[first]
    _check_method(request, methods)
    return door(request, moment, rest[0])


def _called(request: Request, moment: Moment, found: tuple[Door, str], *parts: str) -> Result:
    door, methods = found
    if request.method == "OPTIONS":
        return Response(204, b"", _PREFLIGHT)
    _check_method(request, methods)
    return door(request, moment, *parts)


def _check_method(request: Request, methods: str) -> None:
    if request.method not in methods.split(", "):
        raise problems.Refused(methods)
