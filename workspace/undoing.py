"""Taking a change back, where an ordinary use-case can restore what was before.

A room registers for an action how it is taken back. It is offered beside the message that the
change was made, and in the audit log for a day. Who takes back must be allowed to change it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.errors import Conflict, IllegalMove, NotFound
from workspace import access, audit, requests
from workspace.access import Permission
from workspace.models import AuditEntry, Site

WINDOW: Final = dt.timedelta(hours=24)
ACTION: Final = "undo"
TAG: Final = "undo-"
GONE: Final = gettext_lazy("What was changed does not exist any more.")
Undo = Callable[[AuditEntry, AbstractBaseUser, dt.datetime], models.Model]


@dataclass(frozen=True, slots=True)
class _Way:
    undo: Undo
    permission: Permission


_ways: dict[tuple[str, str], _Way] = {}


def register(
    kind: str, action: str, undo: Undo, *, permission: Permission = Permission.EDIT
) -> None:
    """`undo(entry, actor, now)` restores what was before and returns the object.

    It raises IllegalMove or Conflict with a sentence when things have changed since.
    """
    _ways[kind, action] = _Way(undo, permission)


def offered(entries: Iterable[AuditEntry], *, role: str | None, now: dt.datetime) -> set[int]:
    """Which of these rows can still be taken back by somebody with this role."""
    young = [entry for entry in entries if _fits(entry, role, now)]
    return {entry.pk for entry in young} - _undone(young)


def _fits(entry: AuditEntry, role: str | None, now: dt.datetime) -> bool:
    way = _ways.get((entry.object_type, entry.action))
    return way is not None and now - entry.at < WINDOW and access.allows(role, way.permission)


def _undone(entries: list[AuditEntry]) -> set[int]:
    if not entries:
        return set()
    rows = AuditEntry.objects.filter(
        site_id=entries[0].site_id or 0,
        action=ACTION,
        after__undone__in=[one.pk for one in entries],
    )
    return {int(state["undone"]) for state in rows.values_list("after", flat=True) if state}


@transaction.atomic
def undo(site: Site, pk: int, *, actor: AbstractBaseUser, now: dt.datetime) -> AuditEntry:
    """Take one change back; raises NotFound, NotAllowed, IllegalMove or Conflict."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)  # twice at once is once
    entry = AuditEntry.objects.filter(site=site, pk=pk).first()
    way = _ways.get((entry.object_type, entry.action)) if entry else None
    if entry is None or way is None:
        raise NotFound(_("There is nothing here that can be taken back."))
    access.require(actor, site, way.permission)
    if now - entry.at >= WINDOW:
        raise IllegalMove(_("A change can be taken back for a day; this one is older."))
    if _undone([entry]):
        raise IllegalMove(_("This has been taken back already."))
    subject = way.undo(entry, actor, now)
    audit.record(
        site=site, actor=actor, action=ACTION, subject=subject, after={"undone": entry.pk}, now=now
    )
    return entry


def check_unchanged(entry: AuditEntry, current: audit.State) -> None:
    """Raises Conflict when what the change wrote is not there any more."""
    before, after = entry.before or {}, entry.after or {}
    written = [name for name in after if before.get(name) != after[name]]
    if any(current.get(name) != after[name] for name in written):
        raise Conflict(
            _("It has been changed again since, so nothing was taken back."),
            hint=_("The history says what it was; change it by hand."),
        )


def before_of(entry: AuditEntry) -> Mapping[str, Any]:
    """The state to go back to; raises IllegalMove where the row has none."""
    if not entry.before:
        raise IllegalMove(_("The log does not know how it was before."))
    state: Mapping[str, Any] = entry.before
    return state


def tell(request: HttpRequest, text: str) -> None:
    """Say that something is done, with a button that takes it back where that is possible."""
    rows = AuditEntry.objects.filter(pk__in=requests.entries()).order_by("-pk")
    found = [str(row.pk) for row in rows if (row.object_type, row.action) in _ways]
    messages.success(request, text, extra_tags=TAG + "-".join(found) if found else "")


def entries_of(extra_tags: str) -> list[str]:
    """The rows that a message offers to take back, the last one first."""
    return extra_tags.removeprefix(TAG).split("-") if extra_tags.startswith(TAG) else []
