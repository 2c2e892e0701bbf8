"""The audit log is written with the change and never rewritten."""

import datetime as dt

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from tests.factories import a_site, a_user
from workspace import audit
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


def test_page__settings_changed__shows_before_and_after(client):
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
    assert "<del>Shop</del> → <ins>New name</ins>" in page


def test_page__filters_in_the_address__narrow_and_survive_paging(client, now):
    site = a_site()
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=site))
    for number in range(60):
        _entry(site, now + dt.timedelta(hours=number), action="start" if number % 2 else "stop")
    page = client.get("/s/shop/audit/?action=start")
    assert {line.entry.action for line in page.context["lines"]} == {"start"}
    assert page.context["page"].paginator.count == 30
    dated = client.get("/s/shop/audit/?since=2026-11-23&until=2026-11-23")
    assert dated.context["page"].paginator.count == 24
    assert client.get("/s/shop/audit/?since=nonsense&who=nobody&page=99").status_code == 200


def test_page__other_sites_entries__not_shown(client, now):
    _entry(a_site("other"), now)
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=a_site()))
    assert client.get("/s/shop/audit/").context["page"].paginator.count == 0
