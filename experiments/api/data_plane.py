"""The data plane's addresses inside Django: the same functions, another carrier.

They serve `manage.py runserver`, Django's test client and the OpenAPI document. Shops in production
call the data plane's own process. The answers are those of `delivery.doors`, to the byte.
"""

import logging
import threading
from functools import cache

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone

from delivery import assigned, sink
from delivery.addresses import address_of
from delivery.assigned import Said
from delivery.doors import Current, DataPlane
from delivery.index import Live, renewed, with_learnt
from delivery.key_use import EVERY_SECONDS
from delivery.learnt import NOTHING, Learnt, decode
from delivery.live import Reader, Unreadable, make
from delivery.log_lines import reason
from delivery.messages import message
from delivery.moment import Tools
from delivery.reading import SERVER_BYTES
from delivery.record import Group, Outcome
from delivery.refusing import unstorable
from delivery.state import PatientStore
from delivery.wire import Assigned, Look, Request, Response, Write
from engine.errors import LabError, TooLarge
from experiments.models import LearntSnapshot, Snapshot
from workspace import keys

log = logging.getLogger("experiments.api")


@cache
def _plane() -> DataPlane:
    return DataPlane(Tools.of(settings.CONFIG))


@cache
def _state() -> PatientStore:
    return PatientStore(settings.CONFIG.state_url)


@cache
def _said() -> Said:
    return Said(watch=_plane().tools.watch)


class _Kept:
    """The last snapshots that were compiled; version and hash say whether they are the newest."""

    key: tuple[int, str] | None = None
    live: Live | None = None
    learnt_key: tuple[int, str] | None = None
    learnt: Learnt = NOTHING
    confirmed_at: float = 0.0


def _current(now: float) -> Current:
    """What is in force; while the database is away what was, from memory or from the disk."""
    try:
        return _newest(now)
    except DatabaseError as error:
        log.warning("the database is away (%s)", reason(error))
        return _without_database(now)


def _without_database(now: float) -> Current:
    if _Kept.live is None:
        reader = Reader("", settings.CONFIG.delivery_state)
        reader.from_disk()
        _Kept.live, _Kept.confirmed_at = reader.current.live, reader.current.confirmed_at
    live = _Kept.live and renewed(_Kept.live, now=now)
    return Current(live, _Kept.confirmed_at)


def _newest(now: float) -> Current:
    newest = Snapshot.objects.values_list("version", "sha256").first()
    if newest is None:
        return Current()
    changed = newest != _Kept.key
    if changed:
        _compile_once(newest)
    changed = _read_learnt() or changed
    if changed and _Kept.live is not None:
        _Kept.live = with_learnt(_Kept.live, _Kept.learnt)
    if _Kept.live is not None:
        _Kept.live, _Kept.confirmed_at = renewed(_Kept.live, now=now), now
    return Current(_Kept.live, now)


def _read_learnt() -> bool:
    """Whether there is something newer."""
    newest = LearntSnapshot.objects.values_list("version", "sha256").first()
    if newest is None or newest == _Kept.learnt_key:
        return False
    _Kept.learnt_key = newest
    try:
        body = bytes(LearntSnapshot.objects.get(version=newest[0]).body)
        _Kept.learnt = decode(body, newest[1])
    except LabError as error:
        log.error("what was learned (%s) is refused, the last stays: %s", newest[0], error)
    return True


_compiling = threading.Lock()


def _compile_once(newest: tuple[int, str]) -> None:
    """Of many threads that meet a new snapshot one reads it, the others wait for that."""
    with _compiling:
        if newest != _Kept.key:
            _compile(newest)


def _compile(newest: tuple[int, str]) -> None:
    version, sha256 = newest
    row = Snapshot.objects.get(version=version)
    try:
        _Kept.live = make(
            bytes(row.body), sha256=sha256, version=version, as_of=row.created_at.timestamp()
        )
    except Unreadable as error:
        log.error("snapshot %s is refused, the last one stays in force: %s", version, error)
    _Kept.key = newest


def _request(request: HttpRequest) -> Request:
    headers = {
        name.lower().encode("latin-1", "replace"): text.encode("latin-1", "replace")
        for name, text in request.headers.items()
    }
    return Request(
        method=request.method or "GET",
        path=request.path_info,
        query=request.META.get("QUERY_STRING", ""),
        headers=headers,
        body=request.read(SERVER_BYTES + 1),
        address=_address(request),
    )


def _address(request: HttpRequest) -> str:
    peer, noted = request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
    return address_of(peer, noted, proxies=settings.CONFIG.trusted_proxies)


def answer(request: HttpRequest) -> HttpResponse:
    """What the data plane answers to this request."""
    plane, now = _plane(), timezone.now().timestamp()
    try:
        asked = _request(request)
    except UnreadablePostError:
        return HttpResponse(status=400)
    current = _current(now)
    if len(asked.body) > SERVER_BYTES:
        error = TooLarge(
            message("body_too_large", limit=SERVER_BYTES), hint=message("body_too_large_hint")
        )
        return _response(plane.refuse(error, asked, current, now=now))
    result = plane.handle(asked, current, now=now)
    _note_keys(plane, now)
    if isinstance(result, Look):
        return _response(result.answer(_state().read(result.key)))
    if isinstance(result, Write):
        return _response(_written(plane, result, asked, current, now))
    return _response(result)


class _Noted:
    """When the use of keys was written down last."""

    at: float = 0.0


def _note_keys(plane: DataPlane, now: float) -> None:
    use = plane.tools.key_use
    if use.exposed or now - _Noted.at > EVERY_SECONDS:
        _Noted.at = now
        taken = use.take()
        try:
            keys.note(taken.used, taken.exposed)
        except (psycopg.Error, DatabaseError):
            # A decision does not wait for this; the next use of a key is written down again.
            log.exception("the use of keys could not be written down")


def _written(
    plane: DataPlane, write: Write, asked: Request, current: Current, now: float
) -> Response:
    try:
        outcomes = _store(Group(write.records, write.refusals))
    except (psycopg.Error, DatabaseError):
        log.exception("events could not be stored")
        return plane.not_durable(write, asked, current, now=now)
    _state().follow(plane.acts(write, outcomes, current), now_ms=int(now * 1000))
    return write.answer(outcomes)


def _store(group: Group) -> list[Outcome]:
    try:
        with transaction.atomic():
            connection.ensure_connection()
            return sink.write(connection.connection, group.records, group.refusals)
    except (psycopg.DataError, psycopg.IntegrityError):
        if group.size > 1:
            first, second = group.halves()
            return _store(first) + _store(second)
        if not group.records:
            raise
        log.exception("the database refuses an event of type %s", group.records[0].kind)
        _store(unstorable(group))
        return [Outcome.REJECTED]


class _Answer(HttpResponse):
    """An answer after which is written down what it assigned."""

    assigned: Assigned | None = None

    def close(self) -> None:
        """Called by the server when the answer has been given."""
        if self.assigned is not None:
            _write_down(self.assigned)
        super().close()


def _write_down(told: Assigned) -> None:
    note = _said().news(told)
    if note is None:
        return
    try:
        _store(Group(assigned.records([note])))
    except (psycopg.Error, DatabaseError):
        log.warning("assignments could not be stored", exc_info=True)


def _response(answered: Response) -> HttpResponse:
    body = answered.file.read_bytes() if answered.file else answered.body
    headers = {name.decode(): text.decode("latin-1") for name, text in answered.headers}
    response = _Answer(body, status=answered.status, headers=headers)
    response.assigned = answered.assigned
    if b"content-type" not in dict(answered.headers):
        del response.headers["Content-Type"]
    return response
