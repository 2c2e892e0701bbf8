"""Log-in, second factor, sessions and what guards them, as a browser meets them."""

import datetime as dt
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import a_site, a_user
from workspace import session_limits
from workspace.models import Role

pytestmark = pytest.mark.django_db
PASSWORD = "pass-12345"
LOGIN = "/login/"


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def mei(site):
    person = a_user("mei", role=Role.ADMINISTRATOR, site=site)
    person.email = "mei@shop.example"
    person.save()
    return person


def log_in(client, name="mei", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password, **more})


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.usefixtures("mei")
@pytest.mark.parametrize("name", ["mei", "mei@shop.example", "MEI@shop.example"])
def test_log_in__name_or_address__leads_to_where_one_wanted(client, name):
    answer = log_in(client, name, next="/s/shop/audit/")
    assert (answer.status_code, answer.url) == (302, "/s/shop/audit/")
    assert is_in(client)


@pytest.mark.usefixtures("mei")
@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_log_in__foreign_address_next__not_followed(client, where):
    assert log_in(client, next=where).url == "/"


@pytest.mark.usefixtures("mei")
def test_log_in__session__rotated_at_the_door(client):
    client.get(LOGIN)
    client.session["anything"] = 1
    client.session.save()
    before = client.session.session_key
    log_in(client)
    assert client.session.session_key != before


@pytest.mark.usefixtures("mei")
def test_log_in__wrong__same_words_whether_the_name_exists_or_not(client):
    known = log_in(client, password="wrong").content.decode()
    unknown = log_in(client, name="nobody", password="wrong").content.decode()
    assert "The name or the password is not right." in known
    assert "The name or the password is not right." in unknown


@pytest.mark.parametrize("name", ["mei", "nobody"])
@pytest.mark.usefixtures("mei")
def test_log_in__guessed_five_times__locked_and_says_how_long(client, name):
    for _attempt in range(5):
        log_in(client, name, password="wrong")
    page = log_in(Client(), name)
    assert "Try again in five minutes." in page.content.decode()
    assert not is_in(client)


@pytest.mark.usefixtures("mei")
def test_log_in__lock__ends_after_five_minutes(client, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC))
    for _attempt in range(6):
        log_in(client, password="wrong")
    time_machine.move_to(dt.datetime(2026, 11, 25, 12, 6, tzinfo=dt.UTC))
    assert log_in(client).status_code == 302


def test_log_in__deactivated__not_in(client, mei):
    mei.is_active = False
    mei.save()
    log_in(client)
    assert not is_in(client)


@pytest.mark.parametrize("path", ["/account/signup/", "/account/sso/signup/"])
def test_sign_up__whoever_comes__no_account(client, path):
    form = {"username": "eve", "password1": "long-enough-9", "password2": "long-enough-9"}
    client.post(path, form)
    assert not is_in(client)
    assert not type(a_user("x")).objects.filter(username="eve").exists()


@pytest.mark.usefixtures("mei")
def test_session__unused_for_three_days__ended(client, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC), tick=False)
    log_in(client)
    time_machine.move_to(dt.datetime(2026, 11, 4, 11, 0, tzinfo=dt.UTC), tick=False)
    assert client.get("/s/shop/").status_code == 200
    time_machine.move_to(dt.datetime(2026, 11, 7, 12, 0, tzinfo=dt.UTC), tick=False)
    assert client.get("/s/shop/").status_code == 302


@pytest.mark.usefixtures("mei")
def test_session__used_every_day__ended_after_two_weeks(client, time_machine):
    for day in range(1, 16):
        time_machine.move_to(dt.datetime(2026, 11, day, 12, 0, tzinfo=dt.UTC), tick=False)
        if day == 1:
            log_in(client)
        assert client.get("/s/shop/").status_code == 200, day
    time_machine.move_to(dt.datetime(2026, 11, 15, 13, 0, tzinfo=dt.UTC), tick=False)
    assert client.get("/s/shop/").status_code == 302
    assert session_limits.BEGAN not in client.session


def test_page__of_the_log_in__names_what_it_asks_for_and_helps_once(client):
    page = client.get(LOGIN).content.decode()
    assert "User name or e-mail address" in page
    assert page.count(reverse("account_reset_password")) == 1
    assert page.index(reverse("account_reset_password")) > page.index('type="submit"')


def test_password__changed__other_browsers_are_logged_out(client, mei):
    other = Client()
    for one in (client, other):
        log_in(one)
    form = {"oldpassword": PASSWORD, "password1": "a-new-one-99", "password2": "a-new-one-99"}
    assert client.post("/password/", form).status_code == 302
    assert client.get("/s/shop/").status_code == 200
    assert other.get("/s/shop/").status_code == 302
    mei.refresh_from_db()
    assert mei.check_password("a-new-one-99")


@pytest.mark.usefixtures("mei")
def test_sessions__all_others__ended_from_one_page(client):
    other = Client(headers={"User-Agent": "Elsewhere/1.0"})
    for one in (client, other):
        log_in(one)
        one.get("/s/shop/")
    assert "Elsewhere" in client.get("/account/sessions/").content.decode()
    client.post("/account/sessions/")
    assert other.get("/s/shop/").status_code == 302
    assert client.get("/s/shop/").status_code == 200


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up(client) -> str:
    asked = client.get("/account/factor/totp/activate/")
    assert asked.url.startswith("/account/again/")  # who holds the session may be somebody else
    client.post(asked.url, {"password": PASSWORD})
    page = client.get("/account/factor/totp/activate/").content.decode()
    assert "data:image/svg+xml" in page
    secret = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)[1]
    answer = client.post("/account/factor/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    return secret


def test_second_factor__set_up__asked_for_at_the_next_log_in(client, mei):
    log_in(client)
    set_up(client)
    fresh = Client()
    assert "/account/factor/authenticate/" in log_in(fresh).url
    assert fresh.get("/s/shop/").status_code == 302
    wrong = fresh.post("/account/factor/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert not is_in(fresh)
    codes = Authenticator.objects.get(user=mei, type="recovery_codes").wrap()
    (first, *_rest) = codes.get_unused_codes()
    assert fresh.post("/account/factor/authenticate/", {"code": first}).status_code == 302
    assert fresh.get("/s/shop/").status_code == 200
    again = Client()
    log_in(again)
    assert again.post("/account/factor/authenticate/", {"code": first}).status_code == 200


@pytest.mark.parametrize(
    "case",
    [
        ("nobody", Role.ADMINISTRATOR, False),
        ("administrators", Role.ADMINISTRATOR, True),
        ("administrators", Role.MARKETER, False),
        ("everybody", Role.ANALYST, True),
    ],
    ids=lambda case: f"{case[0]}-{case[1]}",
)
def test_second_factor__required__nothing_else_until_it_is_there(client, site, settings, case):
    wanted, role, closed = case
    settings.REQUIRE_MFA = wanted
    person = a_user("li", role=role, site=site)
    client.force_login(person)
    page = client.get("/s/shop/")
    called = client.get("/api/v1/sites/shop/experiments/")
    if not closed:
        assert page.status_code == 200
        return
    assert page.url == "/account/factor/totp/activate/"
    assert (called.status_code, called["Content-Type"]) == (403, "application/problem+json")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    assert client.get("/s/shop/").status_code == 200


def test_back_office__nobody__same_door_as_everything(client):
    assert client.get("/admin/").url.startswith("/admin/login/")
    assert client.get("/admin/login/").url.startswith("/login/")


def test_reset__no_mail_is_sent__says_who_can_help(client):
    assert not settings.CONFIG.email_url
    page = client.get("/account/reset/").content.decode()
    assert "An administrator can give you a new password" in page


@pytest.mark.parametrize(
    "path", ["/login/", "/account/signup/", "/account/reset/", "/account/inactive/"]
)
def test_pages__of_the_door__in_both_languages(client, path):
    assert client.get(path).status_code == 200
    page = client.get(path, headers={"Accept-Language": "zh-Hans"})
    assert re.search("[\u4e00-\u9fff]", page.content.decode().split("<main")[1])
