"""Every request has a number, and everything it leaves behind names it."""

import logging

import pytest

from tests.factories import a_site, a_user
from workspace import requests
from workspace.log_lines import Line
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
SETTINGS = {
    "name": "New name",
    "origins": "",
    "currency": "EUR",
    "holdout_share": "0",
    "timezone": "UTC",
    "view_window_days": "30",
    "click_window_days": "7",
    "locales": "en",
}


def test_number__given_by_a_proxy__kept_in_answer_and_audit_row(client):
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=a_site()))
    answer = client.post("/s/shop/settings/", SETTINGS, headers={"X-Request-Id": "proxy-0815.a"})
    assert answer.headers["X-Request-Id"] == "proxy-0815.a"
    assert AuditEntry.objects.get().request_id == "proxy-0815.a"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g", "abcdefgh\r\nX: 1", "<b>12345"]
)
def test_number__none_or_unfit__made_anew(client, given):
    number = client.get("/login/", headers={"X-Request-Id": given}).headers["X-Request-Id"]
    assert number != given
    assert requests.FITS.fullmatch(number)


def test_number__error_page__shows_it(client):
    answer = client.get("/nowhere/")
    assert answer.headers["X-Request-Id"] in answer.content.decode()


def test_number__after_the_request__forgotten(client):
    client.get("/login/")
    assert (requests.number(), requests.entries()) == ("", ())


def test_line__break_in_the_message__stays_one_line():
    record = logging.makeLogRecord({"msg": "name: %s", "args": ("a\r\nERROR forged\u2028x",)})
    line = Line("{levelname} {request_id} {message}").format(record)
    assert "\\r\\nERROR forged" in line
    assert len(line.splitlines()) == 1
