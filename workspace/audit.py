"""Who changed what. Rows are written in the transaction of the change and never touched again."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from workspace import requests
from workspace.models import AuditEntry, Site

# Never copied into the log: hashes of secrets and the like.
HIDDEN = frozenset({"sha256", "password", "secret", "seed"})
SYSTEM = "system"

State = Mapping[str, Any]


def state_of(instance: models.Model) -> dict[str, Any]:
    """The stored fields of a row as plain JSON, without secrets; to compare before with after."""
    fields = (f for f in instance._meta.concrete_fields if f.name not in HIDDEN)
    raw = {field.name: field.value_from_object(instance) for field in fields}
    state: dict[str, Any] = json.loads(json.dumps(raw, cls=DjangoJSONEncoder, default=str))
    return state


def record(
    *,
    site: Site | None,
    actor: AbstractBaseUser | AnonymousUser | None,
    action: str,
    subject: models.Model,
    before: State | None = None,
    after: State | None = None,
    reason: str = "",
    now: dt.datetime,
) -> AuditEntry:
    """Add a row; call it inside the transaction of the change.

    `action` is a verb such as `create`; `actor` is None for what the clock or a command does.
    `reason` is what the person said, or the clock found. The number of the request that it came
    with is added by itself.
    """
    person = actor if actor is not None and actor.pk else None
    entry = AuditEntry.objects.create(
        site=site,
        at=now,
        actor=person,  # type: ignore[misc]
        actor_name=person.get_username() if person else SYSTEM,
        action=action,
        object_type=subject._meta.model_name or "",
        object_key=_key_of(subject),
        before=before,
        after=after,
        reason=reason,
        request_id=requests.number(),
    )
    requests.note(entry.pk)
    return entry


def _key_of(subject: models.Model) -> str:
    return str(getattr(subject, "key", None) or subject)[:100]
