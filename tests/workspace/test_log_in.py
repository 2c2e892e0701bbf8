"""The log-in: throttled, quiet about who exists, with a second factor where one is asked for."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.core.cache import cache

from tests.factories import a_site, a_user
from workspace.models import Role

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


def _code() -> str:
    return format_hotp_value(hotp_value(SECRET, list(counters())[1]))


def _log_in(client, name: str, password: str = "pass-12345"):
    return client.post("/login/?next=/s/shop/audit/", {"login": name, "password": password})


def test_log_in__name_or_address_and_password__opens_the_page_that_was_wanted(client):
    user = a_user("mia", role=Role.MARKETER, site=a_site())
    user.email = "mia@shop.example"
    user.save()
    for name in ("mia", "mia@shop.example"):
        assert _log_in(client, name).url == "/s/shop/audit/"
        client.logout()


def test_log_in__wrong_name_or_wrong_password__sound_alike(client):
    a_user("mia")
    answers = [_log_in(client, name, "wrong") for name in ("mia", "nobody")]
    first, second = (list(a.context["form"].non_field_errors()) for a in answers)
    assert first == second == ["User name and password do not fit together."]


@pytest.mark.parametrize("name", ["mia", "nobody"])
def test_log_in__five_wrong_passwords__locked_and_says_until_when(client, name):
    a_user("mia")
    for _attempt in range(5):
        _log_in(client, name, "wrong")
    answer = _log_in(client, name)
    assert "five minutes" in str(answer.context["form"].errors)
    assert "_auth_user_id" not in client.session


def test_log_in__with_an_app__asks_for_its_code_and_takes_a_recovery_code(client):
    user = a_user("mia", role=Role.MARKETER, site=a_site())
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    for code in (_code(), codes[0]):
        answer = _log_in(client, "mia")
        assert answer.url.startswith("/account/second-factor/authenticate/")
        assert "_auth_user_id" not in client.session
        assert client.get(answer.url).status_code == 200
        assert client.post(answer.url, {"code": code}).status_code == 302
        assert "_auth_user_id" in client.session
        client.logout()


@pytest.mark.parametrize(
    ("wanted", "role", "sent"),
    [
        ("nobody", Role.ADMINISTRATOR, False),
        ("administrators", Role.MARKETER, False),
        ("administrators", Role.ADMINISTRATOR, True),
        ("everybody", Role.ANALYST, True),
    ],
)
def test_second_factor__as_the_installation_wants__only_its_set_up_opens(
    client, settings, wanted, role, sent
):
    settings.REQUIRE_MFA = wanted
    user = a_user("mia", role=role, site=a_site())
    _log_in(client, "mia")
    assert (client.get("/s/shop/audit/").status_code == 302) == sent
    TOTP.activate(user, SECRET)
    assert client.get("/s/shop/audit/").status_code == 200


def test_set_up__page__draws_the_secret_as_a_picture(client):
    a_user("mia", role=Role.MARKETER, site=a_site())
    _log_in(client, "mia")
    again = client.get("/account/second-factor/totp/activate/").url
    assert client.get(again).status_code == 200
    answer = client.post(again, {"password": "pass-12345"}, follow=True)
    assert answer.status_code == 200
    assert "data:image/svg+xml" in answer.content.decode()
    assert client.get("/account/second-factor/").status_code == 200


def test_sign_up__anybody__no_such_page(client):
    assert client.get("/account/signup/").status_code == 404


def test_back_office__nobody_logged_in__goes_to_the_one_log_in(client):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/login/")
