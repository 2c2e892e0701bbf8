"""How the audit log says things: actions, kinds of objects, fields and values in people's words.

The tables here know what every room shares; a room that knows better registers itself when the
product starts.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workspace.models import Site

Text = str | Promise
LONGEST: Final = 160
OURS: Final = frozenset({"workspace", "creatives", "audiences", "experiments", "demo", "auth"})
# Said by the row itself, or by the action; nobody asks for them.
DULL: Final = frozenset({"id", "site", "created_at", "created_by", "revision"})

ACTIONS: Final[Mapping[str, Text]] = {
    "create": gettext_lazy("created"),
    "add": gettext_lazy("added"),
    "change": gettext_lazy("changed"),
    "edit": gettext_lazy("changed the plan"),
    "remove": gettext_lazy("removed"),
    "delete": gettext_lazy("deleted"),
    "archive": gettext_lazy("put into the archive"),
    "restore": gettext_lazy("taken out of the archive"),
    "rename": gettext_lazy("renamed"),
    "undo": gettext_lazy("took a change back"),
    "add version": gettext_lazy("added a version"),
    "bring back": gettext_lazy("brought a version back"),
    "change words": gettext_lazy("changed words"),
    "fill in": gettext_lazy("filled in words"),
    "aim": gettext_lazy("moved the focus"),
    "set tags": gettext_lazy("changed tags"),
    "set owner": gettext_lazy("changed the owner"),
    "set licence": gettext_lazy("changed the licence"),
    "set caps": gettext_lazy("changed limits"),
    "set expiry": gettext_lazy("changed the end"),
    "submit": gettext_lazy("submitted for review"),
    "recall": gettext_lazy("taken back"),
    "approve": gettext_lazy("approved"),
    "reject": gettext_lazy("rejected"),
    "withdraw": gettext_lazy("withdrawn"),
    "show again": gettext_lazy("shown again"),
    "expire": gettext_lazy("expired"),
    "waive": gettext_lazy("waived a check"),
    "comment": gettext_lazy("wrote a remark"),
    "resolve comment": gettext_lazy("settled a remark"),
    "reopen comment": gettext_lazy("reopened a remark"),
    "import": gettext_lazy("imported"),
    "import products": gettext_lazy("imported products"),
    "take products": gettext_lazy("took in products"),
    "change_default": gettext_lazy("changed the default"),
    "change role": gettext_lazy("changed the role"),
    "make log-in link": gettext_lazy("made a log-in link"),
    "revoke": gettext_lazy("revoked"),
    "renew secret": gettext_lazy("made a new secret"),
    "turn on": gettext_lazy("turned on"),
    "turn off": gettext_lazy("turned off"),
    "retry": gettext_lazy("tried again"),
    "many events rejected": gettext_lazy("had many events rejected"),
    "replay": gettext_lazy("tried rejected events again"),
    "reset": gettext_lazy("reset"),
    "view_profile": gettext_lazy("looked at a visitor's profile"),
}
FIELDS: Final[Mapping[str, Text]] = {
    "version": gettext_lazy("Version"),
    "number": gettext_lazy("Number"),
    "status": gettext_lazy("Status"),
    "kind": gettext_lazy("Kind"),
    "creative": gettext_lazy("Creative"),
    "placement": gettext_lazy("Placement"),
    "experiment": gettext_lazy("Experiment"),
    "owner": gettext_lazy("Owner"),
    "user": gettext_lazy("Person"),
    "reason": gettext_lazy("Reason"),
    "comment": gettext_lazy("Comment"),
    "undone": gettext_lazy("Entry taken back"),
    "rule": gettext_lazy("Rule"),
    "prefix": gettext_lazy("Beginning of the key"),
    "archived_at": gettext_lazy("Archived"),
    "expires_at": gettext_lazy("End"),
    "reviewed_by": gettext_lazy("Reviewed by"),
    "reviewed_at": gettext_lazy("Reviewed at"),
    "submitted_by": gettext_lazy("Submitted by"),
    "submitted_at": gettext_lazy("Submitted at"),
    "approved_by": gettext_lazy("Approved by"),
    "approved_at": gettext_lazy("Approved at"),
    "decided_by": gettext_lazy("Decided by"),
    "decided_at": gettext_lazy("Decided at"),
    "started_at": gettext_lazy("Started at"),
    "stopped_at": gettext_lazy("Stopped at"),
    "revoked_at": gettext_lazy("Revoked at"),
    "decision": gettext_lazy("Decision"),
    "decision_reason": gettext_lazy("Reasons for the decision"),
    "archived_from": gettext_lazy("Archived from"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a room adds about one kind of object."""

    actions: Mapping[str, Text] = field(default_factory=dict)
    fields: Mapping[str, Text] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    """Fields whose change the action says already."""
    text: Callable[[str, Any, Site], str | None] = lambda _name, _value, _site: None
    """A value in words; None leaves it to the shared ones."""
    address: str = ""
    """Name of the page of one object; it takes the site's key and the object's."""


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Say how the log speaks of a kind of objects; `name` is the model's."""
    _kinds[name] = kind


def kind(name: str) -> Kind:
    """What is known of a kind beyond what all share."""
    return _kinds.get(name, Kind())


def model_of(name: str) -> type[models.Model] | None:
    """The model that rows of a kind belong to; None for one that is gone."""
    ours = (m for m in apps.get_models() if m._meta.app_label in OURS)
    return next((m for m in ours if m._meta.model_name == name), None)


def action_word(action: str, name: str = "") -> str:
    """What somebody did, in the past tense."""
    return str(kind(name).actions.get(action) or ACTIONS.get(action) or action.replace("_", " "))


def kind_word(name: str) -> str:
    """What sort of thing it is."""
    model = model_of(name)
    return str(model._meta.verbose_name) if model else name


def field_word(path: str, name: str) -> str:
    """The label of a field, as the forms have it; a path of them for what lies inside."""
    parts = [_one_field(part, name) for part in path.split(".")]
    return " · ".join(dict.fromkeys(parts))


def _one_field(part: str, name: str) -> str:
    known = kind(name).fields.get(part) or FIELDS.get(part)
    return str(known or capfirst(_verbose(part, name)))


def _verbose(part: str, name: str) -> str:
    found = stored_field(name, part) or stored_field("version", part)
    return str(found.verbose_name) if found else part.replace("_", " ")


def stored_field(name: str, part: str) -> "models.Field[Any, Any] | None":
    """The column that a name in the log means."""
    model = model_of(name)
    try:
        found = model._meta.get_field(part) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None


def value_word(path: str, value: object, name: str, known: Mapping[Any, str]) -> str:
    """A stored value in words; `known` has names of rows that are meant by number."""
    part = path.rsplit(".", 1)[-1]
    column = stored_field(name, part) or stored_field("version", part)
    return _plain(value, column, known)[:LONGEST]


def _plain(value: object, column: "models.Field[Any, Any] | None", known: Mapping[Any, str]) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_plain(one, column, known) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(one, None, known)}" for key, one in value.items())
    if column is not None:
        return _of_column(value, column, known)
    return str(value)


def _of_column(value: object, column: "models.Field[Any, Any]", known: Mapping[Any, str]) -> str:
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, models.ForeignKey):
        return known.get((column.related_model, value), f"№ {value}")
    if isinstance(column, models.DateTimeField):
        return _moment(str(value))
    return str(value)


def _moment(text: str) -> str:
    at = parse_datetime(text)
    if not isinstance(at, dt.datetime) or timezone.is_naive(at):
        return text
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
