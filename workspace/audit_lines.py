"""Rows of the audit log as people read them: what changed in words, and where the object is now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import NoReverseMatch, reverse

from workspace import audit_words
from workspace.models import AuditEntry, Site

Known = Mapping[Any, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; '' where there was nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row, ready to be shown."""

    entry: AuditEntry
    action: str
    kind: str
    href: str
    changes: tuple[Change, ...]
    undoable: bool = False


def lines(entries: Iterable[AuditEntry], site: Site) -> list[Line]:
    """All of a page at once: names and addresses are asked for once for each kind, not each row."""
    rows = list(entries)
    known, addresses = _known(rows), _addresses(rows, site)
    return [
        Line(
            entry=row,
            action=audit_words.action_word(row.action, row.object_type),
            kind=audit_words.kind_word(row.object_type),
            href=addresses.get(row.pk, ""),
            changes=tuple(changes(row, known, site)),
        )
        for row in rows
    ]


def changes(entry: AuditEntry, known: Known, site: Site) -> Iterator[Change]:
    """What is other than before, without what says nothing."""
    kind = entry.object_type
    before, after = (_flat(_said(state, kind, site)) for state in (entry.before, entry.after))
    dull = audit_words.DULL | audit_words.kind(kind).silent
    for path in dict.fromkeys([*before, *after]):
        old, new = before.get(path), after.get(path)
        if old == new or path.rsplit(".", 1)[-1] in dull:
            continue
        change = Change(
            audit_words.field_word(path, kind),
            audit_words.value_word(path, old, kind, known),
            audit_words.value_word(path, new, kind, known),
        )
        if change.before != change.after:
            yield change


def _said(state: dict[str, Any] | None, kind: str, site: Site) -> dict[str, Any]:
    """With the values that the object's own room knows how to say."""
    say, state = audit_words.kind(kind).text, state or {}
    return state | {n: own for n, v in state.items() if (own := say(n, v, site)) is not None}


def _flat(state: dict[str, Any] | None, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in (state or {}).items():
        if isinstance(value, dict) and value and not prefix:
            flat |= _flat(value, f"{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _known(rows: Iterable[AuditEntry]) -> dict[Any, str]:
    """Names of what is meant by number: one query for each kind of thing."""
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for row in rows:
        for path, value in (*_flat(row.before).items(), *_flat(row.after).items()):
            column = audit_words.stored_field(row.object_type, path.rsplit(".", 1)[-1])
            if isinstance(column, models.ForeignKey) and isinstance(value, int):
                wanted[column.related_model].add(value)
    return {
        (model, found.pk): str(found)
        for model, numbers in wanted.items()
        for found in _rows_of(model).filter(pk__in=numbers)
    }


def _rows_of(model: type[models.Model]) -> "models.Manager[models.Model]":
    return model._default_manager  # noqa: SLF001 - the one that every model has


def _addresses(rows: Iterable[AuditEntry], site: Site) -> dict[int, str]:
    """The pages of what still exists, also under another key than then."""
    of_kind: dict[str, list[AuditEntry]] = defaultdict(list)
    for row in rows:
        if audit_words.kind(row.object_type).address:
            of_kind[row.object_type].append(row)
    found: dict[int, str] = {}
    for kind, some in of_kind.items():
        found |= _of_kind(kind, some, site)
    return found


def _of_kind(kind: str, rows: list[AuditEntry], site: Site) -> dict[int, str]:
    model = audit_words.model_of(kind)
    if model is None:
        return {}
    numbers, keys = {number_of(row) for row in rows}, {row.object_key for row in rows}
    wanted = models.Q(pk__in=numbers - {None}) | models.Q(key__in=keys)
    stored = dict(_rows_of(model).filter(wanted, site=site).values_list("pk", "key"))
    return {
        row.pk: _address(kind, site, key)
        for row in rows
        if (key := stored.get(number_of(row)) or _by_key(row, stored))
    }


def number_of(row: AuditEntry) -> int | None:
    """The object's own number, where the log has it."""
    number = (row.after or row.before or {}).get("id")
    return number if isinstance(number, int) else None


def _by_key(row: AuditEntry, stored: Mapping[int, str]) -> str:
    return row.object_key if number_of(row) is None and row.object_key in stored.values() else ""


def _address(kind: str, site: Site, key: str) -> str:
    try:
        return reverse(audit_words.kind(kind).address, args=[site.key, key])
    except NoReverseMatch:
        return ""
