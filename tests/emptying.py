"""Empties the tables after a test that had to commit.

Django truncates all of them and writes its own rows anew. That is a file or three for each table
and index, and takes ten times as long as removing the few rows that most of these tests leave.
"""

from functools import cache

from django.db import connection
from django.test import TransactionTestCase

LOG = "events_event"
"""Made by SQL, so that Django does not know it."""
AUDIT = "workspace_auditentry"
"""Row by row it refuses; as a whole too, but for this run."""
REVISION = "experiments_liverevision"
"""Goes last: what goes before moves it on."""
THERE_FOR_GOOD = {"django_content_type", "auth_permission"}
"""Django's own, written when the database is made and by nobody else."""


def install() -> None:
    """Let tests that commit end with `empty`."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {AUDIT} DISABLE TRIGGER never_emptied")
    TransactionTestCase._fixture_teardown = lambda _test: empty()  # type: ignore[method-assign]


def empty() -> None:
    """All rows go; numbers go on where they are."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())


@cache
def _statement() -> str:
    """One string is one transaction, at whose end foreign keys are looked at."""
    known = connection.introspection.django_table_names(only_existing=True, include_views=False)
    plain = sorted({*known, LOG} - THERE_FOR_GOOD - {AUDIT, REVISION})
    return "; ".join((f"TRUNCATE {AUDIT}", *(f"DELETE FROM {name}" for name in (*plain, REVISION))))
