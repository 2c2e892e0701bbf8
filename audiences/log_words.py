"""How the audit log speaks of segments, and how a deleted one comes back."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from audiences import segments, sentences
from audiences.models import Segment
from engine.assignment import targeting
from engine.errors import Conflict, InvalidInput
from workspace import audit, undoing
from workspace.audit_words import Kind, register
from workspace.models import AuditEntry, Site


def announce() -> None:
    """Once, when the product starts."""
    register("segment", Kind(address="audiences:segment", text=_text))
    undoing.register("segment", "delete", _bring_back)
    undoing.register("segment", "change", _as_before)


def _text(name: str, value: Any, site: Site) -> str | None:  # noqa: ANN401 - as logged
    return _rule(value, site.currency) if name == "rule" and value else None


def _rule(value: object, currency: str) -> str | None:
    try:
        return sentences.of(targeting.read(value), currency=currency)
    except InvalidInput:
        return None


def _bring_back(entry: AuditEntry, actor: AbstractBaseUser, now: dt.datetime) -> models.Model:
    before = undoing.before_of(entry)
    site = Site.objects.get(pk=entry.site_id or 0)
    return segments.create(
        site, name=before["name"], rule=before["rule"], key=before["key"], actor=actor, now=now
    )


def _as_before(entry: AuditEntry, actor: AbstractBaseUser, now: dt.datetime) -> models.Model:
    before = undoing.before_of(entry)
    segment = Segment.objects.filter(site=entry.site_id, pk=before["id"]).first()
    if segment is None:
        raise Conflict(undoing.GONE)
    undoing.check_unchanged(entry, audit.state_of(segment))
    return segments.change(segment, name=before["name"], rule=before["rule"], actor=actor, now=now)
