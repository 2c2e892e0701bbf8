"""The audit log notices when somebody with all rights has rewritten it."""

import time

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, transaction

from tests.factories import a_site
from workspace import audit, chain
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
MANY = 100_000


def _commit():
    """What the end of a transaction does; the test itself never commits."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _rows(site, now, n=5):
    rows = [
        audit.record(
            site=site, actor=None, action=f"act {i}", subject=site, after={"n": i}, now=now
        )
        for i in range(n)
    ]
    _commit()
    return rows


def _past_the_triggers(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workspace_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, values)
    _commit()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workspace_auditentry ENABLE TRIGGER USER")


def test_verify__rows_as_written__fit_with_a_chain_for_each_site(now):
    one, other = a_site("one"), a_site("other")
    for site in (one, other, one):
        _rows(site, now, 3)
    assert chain.verify(one).rows == 6
    assert chain.verify(other) == chain.Verdict(
        3, AuditEntry.objects.get(site=other, place=3).chain
    )


def test_verify__deleted_person__still_fits(now, django_user_model):
    site, person = a_site(), django_user_model.objects.create_user("mei")
    audit.record(site=site, actor=person, action="create", subject=site, now=now)
    _commit()
    person.delete()
    assert chain.verify(site) == chain.Verdict(1, AuditEntry.objects.get().chain)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE workspace_auditentry SET actor_name = 'nobody' WHERE id = %s", 2),
        ("UPDATE workspace_auditentry SET after = '{\"n\": 7}' WHERE id = %s", 2),
        ("UPDATE workspace_auditentry SET at = at + interval '1 microsecond' WHERE id = %s", 2),
        ("UPDATE workspace_auditentry SET reason = 'because' WHERE id = %s", 2),
        ("DELETE FROM workspace_auditentry WHERE id = %s", 3),
    ],
)
def test_verify__tampered_past_the_triggers__names_the_first_row(sql, named, now):
    site = a_site()
    rows = _rows(site, now)
    _past_the_triggers(sql, rows[2].pk)
    verdict = chain.verify(site)
    assert (verdict.misfit.entry, verdict.rows) == (rows[named].pk, 2)
    with pytest.raises(CommandError, match="does not fit: shop"):
        call_command("verify_audit", "shop")


def test_verify__row_slipped_in_past_the_triggers__named(now):
    site = a_site()
    _rows(site, now, 1)
    _past_the_triggers(
        "INSERT INTO workspace_auditentry (site_id, at, actor_name, action, object_type,"
        " object_key, reason, request_id, chain)"
        " VALUES (%s, now(), 'x', 'y', 'site', 'z', '', '', '')",
        site.pk,
    )
    assert "past the chain" in chain.verify(site).misfit.why


def test_verify__end_cut_off__found_by_what_was_noted(now):
    site = a_site()
    rows = _rows(site, now)
    before = chain.verify(site)
    noted = chain.Noted(before.rows, before.head)
    _past_the_triggers("DELETE FROM workspace_auditentry WHERE id = %s", rows[4].pk)
    assert chain.verify(site).misfit is None
    assert chain.verify(site, noted=noted).misfit.place == 5
    _rows(site, now, 1)
    assert "noted" in chain.verify(site, noted=noted).misfit.why


@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE workspace_auditentry",
        "UPDATE workspace_auditentry SET chain = 'x', place = 9",
        "UPDATE workspace_auditentry SET place = NULL, chain = ''",
    ],
)
def test_log__emptied_or_tied_anew__refused(sql, now):
    _rows(a_site(), now, 1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workspace_auditentry ENABLE TRIGGER never_emptied")
    with (
        pytest.raises((InternalError, ProgrammingError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_log__tie_given_by_the_writer__is_not_taken(now):
    site = a_site()
    AuditEntry.objects.create(
        site=site, at=now, actor_name="x", action="y", place=7, chain="forged", object_type="site"
    )
    _commit()
    assert (AuditEntry.objects.get().place, chain.verify(site).misfit) == (1, None)


@pytest.mark.long
def test_verify__hundred_thousand_rows__within_ten_seconds(now):
    site = a_site()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workspace_auditentry (site_id, at, actor_name, action, object_type,"
            " object_key, before, after, reason, request_id, chain) SELECT %s, now(), 'mei',"
            " 'change', 'site', 'shop', '{\"name\": \"a\"}', '{\"name\": \"b\"}', '', '', ''"
            " FROM generate_series(1, %s)",
            [site.pk, MANY],
        )
    _commit()
    begun = time.monotonic()
    assert chain.verify(site).rows == MANY
    assert time.monotonic() - begun <= 10
