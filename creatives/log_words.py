"""How the audit log speaks of banners and placements, and which changes can be taken back."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from creatives import details, library, saved
from creatives.models import Creative
from engine.errors import Conflict
from workspace import audit, undoing
from workspace.access import Permission
from workspace.audit_words import Kind, register
from workspace.models import AuditEntry

Person = AbstractBaseUser
Step = Callable[[Creative, dict[str, Any], Person, dt.datetime], Creative]


def announce() -> None:
    """Once, when the product starts."""
    register("creative", Kind(address="creatives:creative"))
    register("placement", Kind(address="creatives:placement"))
    for action, step in STEPS.items():
        undoing.register("creative", action, _undoing(step))
    for action, back in (("delete", saved.bring_back), ("change", saved.as_before)):
        undoing.register("savedview", action, back, permission=Permission.VIEW)


def _undoing(step: Step) -> undoing.Undo:
    def undo(entry: AuditEntry, actor: Person, now: dt.datetime) -> models.Model:
        before = dict(undoing.before_of(entry))
        creative = Creative.objects.filter(site=entry.site_id, pk=before["id"]).first()
        if creative is None:
            raise Conflict(undoing.GONE)
        undoing.check_unchanged(entry, audit.state_of(creative))
        return step(creative, before, actor, now)

    return undo


def _out_of_archive(row: Creative, _b: dict[str, Any], actor: Person, now: dt.datetime) -> Creative:
    return library.restore(row, actor=actor, now=now)


def _into_archive(row: Creative, _b: dict[str, Any], actor: Person, now: dt.datetime) -> Creative:
    return library.archive(row, actor=actor, now=now)


def _name(row: Creative, before: dict[str, Any], actor: Person, now: dt.datetime) -> Creative:
    return library.rename(row, name=before["name"], actor=actor, now=now)


def _tags(row: Creative, before: dict[str, Any], actor: Person, now: dt.datetime) -> Creative:
    return details.set_tags(row, tags=before["tags"], actor=actor, now=now)


def _owner(row: Creative, before: dict[str, Any], actor: Person, now: dt.datetime) -> Creative:
    owner = get_user_model().objects.filter(pk=before["owner"]).first()
    return details.set_owner(row, owner=owner, actor=actor, now=now)


def _licence(row: Creative, before: dict[str, Any], actor: Person, now: dt.datetime) -> Creative:
    return details.set_licence(row, licence=before["licence"], actor=actor, now=now)


def _caps(row: Creative, before: dict[str, Any], actor: Person, now: dt.datetime) -> Creative:
    return details.set_caps(
        row,
        per_session=before["cap_per_session"],
        per_day=before["cap_per_day"],
        actor=actor,
        now=now,
    )


STEPS: dict[str, Step] = {
    "archive": _out_of_archive,
    "restore": _into_archive,
    "rename": _name,
    "set tags": _tags,
    "set owner": _owner,
    "set licence": _licence,
    "set caps": _caps,
}
