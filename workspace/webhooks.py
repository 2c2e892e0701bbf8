"""Whom to tell when something happens, after the Standard Webhooks specification.

`announce` writes the messages in the transaction of what they tell of, so that none is lost and
none lies; `workspace.delivering` sends them.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.functional import Promise

from workspace import audit, fetching
from workspace.models import Delivery, Site, Webhook, new_secret

Person = AbstractBaseUser | None
TEST = "webhook.test"
_titles: dict[str, str | Promise] = {}


def register(events: Mapping[str, str | Promise]) -> None:
    """Name the events that a room announces, for the form in which people choose."""
    _titles.update(events)


def known() -> Mapping[str, str | Promise]:
    """Every event that may be announced, with its title."""
    return dict(_titles)


def announce(site: Site, *, type: str, payload: Mapping[str, Any], now: dt.datetime) -> int:  # noqa: A002
    """Leave a message for every webhook that listens; call it inside the transaction of the change.

    Returns how many there are.
    """
    listening = [hook for hook in site.webhooks.filter(active=True) if _wants(hook, type)]
    Delivery.objects.bulk_create(message(hook, type, payload, now=now) for hook in listening)
    return len(listening)


def message(hook: Webhook, event: str, payload: Mapping[str, Any], *, now: dt.datetime) -> Delivery:
    """A message to one webhook, not saved yet."""
    told = {"type": event, "timestamp": now, "data": dict(payload)}
    body = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)
    return Delivery(webhook=hook, type=event, body=body, next_at=now, created_at=now)


def _wants(hook: Webhook, event: str) -> bool:
    return not hook.events or event in hook.events


def add(site: Site, *, url: str, events: Sequence[str], actor: Person, now: dt.datetime) -> Webhook:
    """A webhook with a secret of its own; raises Refused or Unreachable for its address."""
    fetching.check(url)
    with transaction.atomic():
        hook = Webhook.objects.create(site=site, url=url, events=list(events), secret=new_secret())
        _record("create", hook, None, actor=actor, now=now)
    return hook


def change(
    hook: Webhook, *, url: str, events: Sequence[str], actor: Person, now: dt.datetime
) -> Webhook:
    """Another address or other events; raises Refused or Unreachable."""
    fetching.check(url)
    with transaction.atomic():
        locked = _locked(hook)
        before = audit.state_of(locked)
        locked.url, locked.events = url, list(events)
        locked.save(update_fields=["url", "events"])
        _record("change", locked, before, actor=actor, now=now)
    return locked


def switch(hook: Webhook, *, on: bool, actor: Person, now: dt.datetime, why: str = "") -> Webhook:
    """On or off; what waits for one that is off is given up."""
    with transaction.atomic():
        locked = _locked(hook)
        before = audit.state_of(locked)
        locked.active, locked.failures, locked.off_reason = on, 0, "" if on else why
        locked.save(update_fields=["active", "failures", "off_reason"])
        if not on:
            waiting = locked.deliveries.filter(status=Delivery.Status.WAITING)
            waiting.update(status=Delivery.Status.FAILED, next_at=None, done_at=now)
        _record("turn on" if on else "turn off", locked, before, actor=actor, now=now)
    return locked


def renew_secret(hook: Webhook, *, actor: Person, now: dt.datetime) -> Webhook:
    """Another secret, from the next message on."""
    with transaction.atomic():
        locked = _locked(hook)
        locked.secret = new_secret()
        locked.save(update_fields=["secret"])
        state = audit.state_of(locked)
        _record("renew secret", locked, state, actor=actor, now=now)
    return locked


def remove(hook: Webhook, *, actor: Person, now: dt.datetime) -> None:
    """Gone, with the log of its deliveries."""
    with transaction.atomic():
        locked = _locked(hook)
        audit.record(
            site=locked.site,
            actor=actor,
            action="remove",
            subject=locked,
            before=audit.state_of(locked),
            now=now,
        )
        locked.delete()


def a_test(hook: Webhook, *, now: dt.datetime) -> Delivery:
    """A message that only tries whether the address takes one."""
    payload = {"site": hook.site.key, "test": str(uuid.uuid4())}
    made = message(hook, TEST, payload, now=now)
    made.save()
    return made


def _locked(hook: Webhook) -> Webhook:
    return Webhook.objects.select_for_update(of=("self",)).select_related("site").get(pk=hook.pk)


def _record(
    action: str, hook: Webhook, before: audit.State | None, *, actor: Person, now: dt.datetime
) -> None:
    audit.record(
        site=hook.site,
        actor=actor,
        action=action,
        subject=hook,
        before=before,
        after=audit.state_of(hook),
        now=now,
    )
