"""Whether the audit log is as it was written: each row is tied to the one before it by SHA-256."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from workspace.models import Site

# The same words as in the trigger, said here once more: whoever alters one does not alter both.
ROWS: Final = """
    SELECT id, place, chain, jsonb_build_array(
        place, id, site_id, (extract(epoch FROM at) * 1000000)::bigint, actor_name, action,
        object_type, object_key, before, after, reason, request_id
    )::text
    FROM workspace_auditentry WHERE site_id IS NOT DISTINCT FROM %s
    ORDER BY place NULLS FIRST, id
"""
AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first row that is not as it was written."""

    entry: int
    place: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many rows fit, the tie of the last one, and what does not fit.

    Whoever keeps `rows` and `head` elsewhere also sees that the end is missing, or that all is new.
    """

    rows: int
    head: str
    misfit: Misfit | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    place: int | None
    chain: str
    words: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A tie that somebody wrote down earlier, where the database's owner cannot reach it."""

    place: int
    chain: str


def verify(site: Site | None, *, noted: Noted | None = None) -> Verdict:
    """Follow the chain of a site (None: of the installation) until it breaks or ends."""
    count, head = 0, ""
    for row in _rows(site):
        if why := _misfit(row, count + 1, head) or _other_than(noted, row):
            return Verdict(count, head, Misfit(row.id, row.place, why))
        count, head = count + 1, row.chain
    if noted and noted.place > count:
        why = _("The chain ends before row %(place)s, which was noted.") % {"place": noted.place}
        return Verdict(count, head, Misfit(0, noted.place, why))
    return Verdict(count, head)


def _other_than(noted: Noted | None, row: _Row) -> str:
    if noted and row.place == noted.place and row.chain != noted.chain:
        return _("Its tie is not the one that was noted: the chain has been written anew.")
    return ""


def _misfit(row: _Row, expected: int, head: str) -> str:
    if row.place is None:
        return _("It was written past the chain.")
    if row.place != expected:
        return _("Row %(place)s of the chain is missing before it.") % {"place": expected}
    if sha256((head + row.words).encode()).hexdigest() != row.chain:
        return _("It does not say what it said when it was written, or the one before it does not.")
    return ""


def _rows(site: Site | None) -> Iterator[_Row]:
    """In the order of the chain, read from the server piece by piece."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, [site.pk if site else None])
        while found := _piece(cursor):
            yield from found


def _piece(cursor: Any) -> list[_Row]:  # noqa: ANN401 - a cursor of the server
    return [_Row(*row) for row in cursor.fetchmany(AT_ONCE)]
