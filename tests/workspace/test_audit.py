"""The audit log is written with the change and never rewritten."""

import csv
import datetime as dt
import io
import json

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from tests.factories import a_creative, a_site, a_user
from workspace import audit, audit_export
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db


def _entry(site, now, **fields):
    values = {"site": site, "actor": None, "action": "change", "subject": site, "now": now}
    return audit.record(**values | fields)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE workspace_auditentry SET action = 'nothing'",
        "UPDATE workspace_auditentry SET after = '{}'",
        "DELETE FROM workspace_auditentry",
    ],
)
def test_log__rewritten_in_the_database__refused(sql, now):
    _entry(a_site(), now)
    with (
        pytest.raises((InternalError, ProgrammingError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEntry.objects.get().action == "change"


def test_log__person_deleted__keeps_the_name(now):
    site = a_site()
    user = a_user("mei", role=Role.MARKETER, site=site)
    _entry(site, now, actor=user)
    user.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name) == (None, "mei")


def test_record__change_rolled_back__no_entry(now):
    site = a_site()
    with transaction.atomic():
        _entry(site, now)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_state_of__user_and_key__without_secrets():
    state = audit.state_of(a_user())
    assert "password" not in state
    assert "username" in state


def test_page__settings_changed__shows_before_and_after_in_words(client):
    site = a_site()
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=site))
    fields = {"name": "New name", "origins": "", "currency": "EUR", "timezone": "UTC"}
    fields |= {
        "view_window_days": "30",
        "click_window_days": "7",
        "holdout_share": "0",
        "locales": "en",
    }
    assert client.post("/s/shop/settings/", fields).status_code == 302
    page = client.get("/s/shop/audit/").content.decode()
    assert "<del>Shop</del>" in page
    assert "<ins>New name</ins>" in page
    assert "<dt>Time zone</dt>" in page
    assert "view_window_days" not in page


@pytest.fixture
def log(client, now):
    site = a_site()
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=site))
    for number in range(120):
        _entry(
            site,
            now + dt.timedelta(hours=number),
            action="start" if number % 2 else "stop",
            after={"name": f"横幅 {number}"},
            reason="=1+1" if number == 7 else "",
        )
    return site


def _lines(answer):
    return [line.entry for line in answer.context["lines"]]


def test_page__filters_in_the_address__narrow_and_survive_paging(client, log):
    answer = client.get("/s/shop/audit/?action=start")
    first = _lines(answer)
    second = _lines(client.get(f"/s/shop/audit/?action=start&older={answer.context['older']}"))
    assert (len(first), len(second)) == (50, 10)
    assert {entry.action for entry in first + second} == {"start"}
    assert len({entry.pk for entry in first + second}) == 60
    assert f"action=start&amp;older={answer.context['older']}" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("since=2026-11-23&until=2026-11-23", 24),
        ("q=横幅 11", 11),
        ("q=1%2B1", 1),
        ("kind=site&action=stop&q=横幅 118", 1),
        ("request=nowhere-to-be-found", 0),
    ],
)
def test_page__each_filter__finds_what_it_says(client, log, query, count):
    assert len(_lines(client.get(f"/s/shop/audit/?{query}"))) == count


@pytest.mark.parametrize("query", ["since=nonsense", "who=nobody", "kind=horse"])
def test_page__filter_that_cannot_be_used__said_and_finds_nothing(client, log, query):
    answer = client.get(f"/s/shop/audit/?{query}")
    assert (answer.status_code, _lines(answer)) == (200, [])
    assert client.get(f"/s/shop/audit/export.csv?{query}").status_code == 422


@pytest.mark.parametrize("cursor", ["1", "a-b", "-1--1"])
def test_page__cursor_that_leads_nowhere__refused(client, log, cursor):
    assert client.get(f"/s/shop/audit/?older={cursor}").status_code == 422


def test_page__object_that_is_still_there__is_a_link(client, now):
    site = a_site()
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=site))
    creative = a_creative(site)
    _entry(site, now, subject=creative, before=None, after=audit.state_of(creative))
    page = client.get("/s/shop/audit/").content.decode()
    assert f'href="/s/shop/creatives/{creative.key}/"' in page


def test_page__many_rows__few_queries(client, log, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        client.get("/s/shop/audit/")


def test_export__csv__formulas_are_harmless_and_filters_hold(client, log):
    answer = client.get("/s/shop/audit/export.csv?action=start")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 60
    assert {row["reason"] for row in rows} == {"", "'=1+1"}
    assert "attachment" in answer.headers["Content-Disposition"]


def test_export__json_lines__one_object_a_row(client, log):
    answer = client.get("/s/shop/audit/export.jsonl")
    rows = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    assert len(rows) == 120
    assert rows[0]["after"] == {"name": "横幅 119"}
    assert client.get("/s/shop/audit/export.xml").status_code == 404


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_harmless__beginning_of_a_formula__quoted(cell):
    assert audit_export.harmless(cell) == f"'{cell}"


def test_page__other_sites_entries__not_shown(client, now):
    _entry(a_site("other"), now)
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=a_site()))
    assert _lines(client.get("/s/shop/audit/")) == []
    assert len(client.get("/s/shop/audit/export.csv").getvalue().splitlines()) == 1
