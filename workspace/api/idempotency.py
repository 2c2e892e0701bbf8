"""Asked twice, done once: a changing request with an `Idempotency-Key` is answered from memory.

The change and its answer are kept in one transaction, so that there is never one without the
other. Only what succeeded is kept: whoever was refused mends the request and sends it again under
the same key. Secrets that are shown once are not kept with their answer.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import Conflict, InvalidInput
from workspace.access import READING
from workspace.api.callers import Caller
from workspace.models import KeptAnswer

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEPT_FOR: Final = dt.timedelta(hours=24)
ABANDONED_AFTER: Final = dt.timedelta(minutes=2)
"""No request takes so long: its process has died, and with it everything it had not committed."""
LONGEST: Final = 255
KEPT_HEADERS: Final = ("ETag", "Location", "Content-Disposition")
REFUSED: Final = 400
Handler = Callable[..., HttpResponseBase]


def once(handler: Handler, request: Request, caller: Caller, *, unsaid: tuple[str, ...]) -> Handler:
    """The handler, done at most once for each key of the caller; itself where no key is sent.

    `unsaid` are fields of the answer that are null when it is repeated.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method in READING:
        return handler
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            _("A key has 1 to %(n)s printable ASCII characters.") % {"n": LONGEST}, field=HEADER
        )
    return lambda *args, **kwargs: _answered(
        lambda: handler(*args, **kwargs), _wanted(request, caller, key), unsaid
    )


def sweep(*, now: dt.datetime) -> int:
    """Forget answers after their day; how many there were."""
    return KeptAnswer.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def _wanted(request: Request, caller: Caller, key: str) -> KeptAnswer:
    return KeptAnswer(
        site=caller.site,
        caller=caller.name,
        key=key,
        request=_digest(request),
        created_at=timezone.now(),
    )


def _answered(
    handler: Callable[[], HttpResponseBase], wanted: KeptAnswer, unsaid: tuple[str, ...]
) -> HttpResponseBase:
    row = _claimed(wanted)
    if row.status is not None:
        return _replay(row)
    try:
        with transaction.atomic():
            answer = handler()
            if answer.status_code < REFUSED:
                _keep(row, answer, unsaid)
    except BaseException:
        _forget(row)
        raise
    if answer.status_code >= REFUSED:
        _forget(row)
    return answer


def _claimed(wanted: KeptAnswer) -> KeptAnswer:
    """The row of this key: new, or with its answer; raises Conflict while another works on it."""
    _let_go_of_old(wanted)
    row, made = KeptAnswer.objects.get_or_create(
        site=wanted.site,
        caller=wanted.caller,
        key=wanted.key,
        defaults={"request": wanted.request, "created_at": wanted.created_at},
    )
    if row.request != wanted.request:
        raise InvalidInput(
            _("This key belongs to another request of the last 24 hours."),
            field=HEADER,
            hint=_("Every change has a key of its own; only a repetition has the same."),
        )
    if not made and row.status is None:
        raise Conflict(
            _("The same request is being worked on at this moment."),
            hint=_("Send it again in a second: it will be answered, not repeated."),
        )
    return row


def _let_go_of_old(wanted: KeptAnswer) -> None:
    rows = KeptAnswer.objects.filter(site=wanted.site, caller=wanted.caller, key=wanted.key)
    rows.filter(created_at__lt=wanted.created_at - KEPT_FOR).delete()
    rows.filter(status=None, created_at__lt=wanted.created_at - ABANDONED_AFTER).delete()


def _forget(row: KeptAnswer) -> None:
    KeptAnswer.objects.filter(pk=row.pk, status=None).delete()


def _keep(row: KeptAnswer, answer: HttpResponseBase, unsaid: tuple[str, ...]) -> None:
    body, kind = _body(answer, unsaid)
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    kept = KeptAnswer.objects.filter(pk=row.pk, status=None).update(
        status=answer.status_code, headers={"Content-Type": kind} | headers, body=body
    )
    if not kept:
        raise Conflict(_("The same request has been taken up by somebody else."))


def _body(answer: HttpResponseBase, unsaid: tuple[str, ...]) -> tuple[bytes, str]:
    if not isinstance(answer, Response):
        return bytes(getattr(answer, "content", b"")), answer.headers.get("Content-Type", "")
    data = answer.data
    if isinstance(data, Mapping):
        data = {**data, **{name: None for name in unsaid if name in data}}
    return (b"" if data is None else JSONRenderer().render(data)), "application/json"


def _replay(row: KeptAnswer) -> HttpResponse:
    answer = HttpResponse(bytes(row.body), status=row.status)
    for name, value in row.headers.items():
        answer.headers[name] = value
    answer.headers[REPLAYED] = "true"
    return answer


def _digest(request: Request) -> str:
    """Method, address and body; a form counts by its fields, whose boundary is drawn anew."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        for part in _parts(request):
            found.update(part)
    else:
        # As read, not as sent: the check against forged requests may have read the body before.
        sent = request.data
        found.update(sent if isinstance(sent, bytes) else json.dumps(sent, sort_keys=True).encode())
    return found.hexdigest()


def _parts(request: Request) -> list[bytes]:
    fields: Any = sorted(request.POST.lists())
    parts = [repr(fields).encode()]
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            parts.append(f"\n{name} {file.name} {file.size} ".encode())
            parts.append(hashlib.sha256(file.read()).digest())
            file.seek(0)
    return parts
