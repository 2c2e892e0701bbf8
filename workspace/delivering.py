"""Sending what webhooks wait for: signed, repeated when it fails, given up after a day.

A message is claimed before it is sent (its next attempt is put off), so that a worker that dies in
between neither loses it nor sends it twice at once.
"""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from standardwebhooks.webhooks import Webhook as Signer

from engine.errors import LabError
from workspace import fetching, webhooks
from workspace.models import Delivery, Webhook

# After each attempt that failed: eight attempts within a day.
DELAYS = tuple(
    dt.timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 21_600, 50_400)
)
# Longer than an attempt takes.
CLAIM = dt.timedelta(minutes=2)
TIMEOUT = 5.0  # seconds for an answer
MOST_BYTES = 4096  # of an answer: nobody reads it
MOST_FAILURES = 40  # attempts in a row
GONE = 410
SUCCESS = range(200, 300)
ERROR_LENGTH = 300
BUDGET = 20.0  # seconds of one round
LOCK = 0x77656268  # "webh"
Status = Delivery.Status


def deliver_due(*, now: dt.datetime) -> int:
    """One round of what is due, oldest first; how many were taken. None while another is at work.

    After a failure the rest for the same address waits for the next round.
    """
    end, taken, failing = time.monotonic() + BUDGET, 0, set[int]()
    with _alone() as alone:
        for pk, hook in _due(now) if alone else ():
            if hook in failing or time.monotonic() > end:
                continue
            delivery = attempt(pk, now=now)
            if delivery and delivery.status == Status.DELIVERED:
                taken += 1
            else:
                failing.add(hook)
    return taken


def attempt(pk: int, *, now: dt.datetime) -> Delivery | None:
    """Send one message now; None where somebody else does, or it does not wait any more."""
    delivery = _claim(pk, now)
    if delivery is None:
        return None
    status, error = _send(delivery, now)
    return _note(delivery, status, error, now=now)


def again(delivery: Delivery, *, now: dt.datetime) -> Delivery | None:
    """Send a message that was taken or given up once more, under its old id."""
    Delivery.objects.filter(pk=delivery.pk).update(status=Status.WAITING, next_at=now, done_at=None)
    return attempt(delivery.pk, now=now)


def _due(now: dt.datetime) -> list[tuple[int, int]]:
    waiting = Delivery.objects.filter(status=Status.WAITING, next_at__lte=now)
    return list(waiting.order_by("next_at", "pk").values_list("pk", "webhook_id")[:500])


def _claim(pk: int, now: dt.datetime) -> Delivery | None:
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",), skip_locked=True)
        due = rows.filter(pk=pk, status=Status.WAITING, next_at__lte=now)
        delivery = due.select_related("webhook").first()
        if delivery is not None:
            delivery.attempts += 1
            delivery.next_at = now + CLAIM
            delivery.save(update_fields=["attempts", "next_at"])
    return delivery


def _send(delivery: Delivery, now: dt.datetime) -> tuple[int | None, str]:
    """The answer's status and, where it was not taken, why."""
    body, hook = delivery.body, delivery.webhook
    identity = f"msg_{delivery.message_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(hook.secret).sign(identity, now.astimezone(dt.UTC), body),
    }
    try:
        answer = fetching.fetch(
            "POST", hook.url, body=body.encode(), headers=headers,
            timeout=TIMEOUT, max_bytes=MOST_BYTES, redirects=0,
        )  # fmt: skip
    except LabError as problem:
        with override("en"):  # kept for whoever reads the log
            return None, str(problem)
    return answer.status, "" if answer.status in SUCCESS else f"HTTP {answer.status}"


def _note(delivery: Delivery, status: int | None, error: str, *, now: dt.datetime) -> Delivery:
    delivery.answer, delivery.error = status, error[:ERROR_LENGTH]
    if not error:
        delivery.status, delivery.next_at, delivery.done_at = Status.DELIVERED, None, now
    elif delivery.attempts > len(DELAYS):
        delivery.status, delivery.next_at, delivery.done_at = Status.FAILED, None, now
    else:
        delivery.next_at = now + DELAYS[delivery.attempts - 1]
    delivery.save(update_fields=["answer", "error", "status", "next_at", "done_at"])
    _count(delivery.webhook, ok=not error, gone=status == GONE, now=now)
    return delivery


def _count(hook: Webhook, *, ok: bool, gone: bool, now: dt.datetime) -> None:
    """An address that is gone, or fails again and again, is left alone until somebody looks."""
    with transaction.atomic():
        locked = Webhook.objects.select_for_update().get(pk=hook.pk)
        locked.failures = 0 if ok else locked.failures + 1
        locked.save(update_fields=["failures"])
        if not locked.active or ok:
            return
        if gone:
            webhooks.switch(hook, on=False, actor=None, now=now, why=_("It answered 410 Gone."))
        elif locked.failures >= MOST_FAILURES:
            why = _("%(n)s attempts in a row failed.") % {"n": locked.failures}
            webhooks.switch(hook, on=False, actor=None, now=now, why=why)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other worker is at it: slow addresses must not take all workers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
