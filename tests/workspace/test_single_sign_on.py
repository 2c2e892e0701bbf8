"""Log-in by OpenID Connect against a real provider on this machine."""

import re
import urllib.parse
import urllib.request
import warnings

import pytest
from django.contrib.auth.models import User

from tests.factories import a_site, a_user
from workspace.models import Role

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
LOGIN = "/account/sso/oidc/sso/login/"


@pytest.fixture(scope="module")
def provider():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock

        with oidc_provider_mock.run_server_in_thread() as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture
def offered(settings, provider):
    app = {
        "provider_id": "sso",
        "name": "Shop accounts",
        "client_id": "banner-lab",
        "secret": "not-looked-at",
        "settings": {"server_url": provider},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


def allowed(address: str, claims: dict[str, str]) -> str:
    """Log in at the provider; where it sends the browser back to."""
    form = urllib.parse.urlencode(claims).encode()
    try:
        urllib.request.build_opener(_Stay).open(address, form)
    except urllib.error.HTTPError as answer:
        back = urllib.parse.urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"
    raise AssertionError("the provider did not send the browser back")


def come_in(client, provider, email, *, verified=True):
    claims = f'{{"email": "{email}", "email_verified": {str(verified).lower()}}}'
    put = urllib.request.Request(
        f"{provider}/users/{email}", claims.encode(), {"Content-Type": "application/json"}
    )
    put.method = "PUT"
    urllib.request.urlopen(put).close()
    answer = client.post(LOGIN)
    assert answer.url.startswith(provider), answer.url
    return client.get(allowed(answer.url, {"sub": email}), follow=True)


@pytest.mark.usefixtures("offered")
def test_log_in__address_with_an_account__in_with_its_role(client, provider):
    site = a_site()
    person = a_user("mei", role=Role.ANALYST, site=site)
    User.objects.filter(pk=person.pk).update(email="mei@shop.example")
    assert "Log in with Shop accounts" in client.get("/login/").content.decode()
    answer = come_in(client, provider, "mei@shop.example")
    assert int(client.session["_auth_user_id"]) == person.pk, answer.content.decode()[:2000]
    assert client.get("/s/shop/").status_code == 200


@pytest.mark.usefixtures("offered")
def test_log_in__address_without_an_account__stays_outside_and_says_whom_to_ask(client, provider):
    answer = come_in(client, provider, "eve@elsewhere.example")
    assert "_auth_user_id" not in client.session
    assert "Ask one of your site" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.usefixtures("offered")
def test_log_in__address_that_nobody_has_verified__does_not_take_over_an_account(client, provider):
    person = a_user("mei")
    User.objects.filter(pk=person.pk).update(email="mei@shop.example")
    come_in(client, provider, "mei@shop.example", verified=False)
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("offered")
def test_callback__state_of_nobody__refused(client):
    answer = client.get(f"{LOGIN}callback/?code=x&state=forged")
    assert "_auth_user_id" not in client.session
    assert re.search("<h1>", answer.content.decode())
