"""Settings, Webhooks: for administrators, with plain forms."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.factories import NOW, a_site, a_user
from workspace import webhooks
from workspace.models import AuditEntry, Delivery, Role, Webhook

pytestmark = pytest.mark.django_db
PATH = "/s/shop/settings/webhooks/"


class _Ear(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.server.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def ear(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ear)
    server.answer = 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}/"
    settings.FETCH_ORIGINS = [server.url.rstrip("/")]
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def boss(client, site):
    user = a_user("boss", role=Role.ADMINISTRATOR, site=site)
    client.force_login(user)
    return user


@pytest.fixture
def hook(site, ear):
    return webhooks.add(site, url=ear.url, events=[], actor=None, now=NOW)


def page(answer):
    return answer.content.decode()


def test_add__good__secret_on_its_page(client, ear):
    events = ["creative.approved", "creative.rejected"]
    answer = client.post(PATH, {"url": ear.url, "events": events}, follow=True)
    hook = Webhook.objects.get()
    assert hook.secret in page(answer)
    assert hook.events == events
    entry = AuditEntry.objects.first()
    assert (entry.action, "secret" in entry.after) == ("create", False)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://169.254.169.254/", "ftp://x.example/", "nothing", ""]
)
def test_add__address_that_is_not_asked__said_beside_the_field(client, url):
    answer = client.post(PATH, {"url": url})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"url"}
    assert not Webhook.objects.exists()


def test_add__unknown_event__refused(client, ear):
    assert client.post(PATH, {"url": ear.url, "events": ["x"]}).status_code == 422


def test_test__taken_or_not__said_at_once(client, hook, ear):
    assert "It was taken (200)." in page(client.post(f"{PATH}{hook.pk}/test/", follow=True))
    ear.answer = 500
    answer = page(client.post(f"{PATH}{hook.pk}/test/", follow=True))
    assert "It was not taken: HTTP 500" in answer
    assert "webhook.test" in answer


def test_again__given_up__is_sent(client, site, hook, ear):
    webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
    delivery = Delivery.objects.get()
    Delivery.objects.update(status=Delivery.Status.FAILED, next_at=None, attempts=8)
    client.post(f"{PATH}{hook.pk}/{delivery.pk}/again/")
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.DELIVERED


def test_act__off_on_new_secret_and_gone(client, hook):
    act, secret = f"{PATH}{hook.pk}/act/", hook.secret
    client.post(act, {"off": "1"})
    assert not Webhook.objects.get().active
    client.post(act, {"on": "1"})
    assert Webhook.objects.get().active
    client.post(act, {"secret": "1"})
    assert Webhook.objects.get().secret != secret
    client.post(act, {"remove": "1"})
    assert not Webhook.objects.exists()
    actions = AuditEntry.objects.filter(object_type="webhook").values_list("action", flat=True)
    assert list(actions)[::-1] == ["create", "turn off", "turn on", "renew secret", "remove"]


def test_change__address_in_the_house__refused(client, hook):
    answer = client.post(f"{PATH}{hook.pk}/", {"url": "http://10.0.0.1/"})
    assert answer.status_code == 422
    assert Webhook.objects.get().url == hook.url


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MANAGER])
def test_pages__others__refused(client, site, hook, role):
    client.force_login(a_user("other", role=role, site=site))
    for address in (PATH, f"{PATH}{hook.pk}/"):
        assert client.get(address).status_code == 403
    for rest in ("act/", "test/"):
        assert client.post(f"{PATH}{hook.pk}/{rest}").status_code == 403


def test_pages__another_site__not_found(client, hook):
    stranger = a_user("stranger", role=Role.ADMINISTRATOR, site=a_site("other"))
    client.force_login(stranger)
    assert client.get(f"/s/other/settings/webhooks/{hook.pk}/").status_code == 404


def test_settings__languages_and_four_eyes__kept_and_in_the_log(client, site):
    fields = {
        "name": "Shop", "currency": "EUR", "timezone": "UTC", "locales": "de, ZH-hans en",
        "view_window_days": "30", "click_window_days": "7", "holdout_share": "0",
    }  # fmt: skip
    assert client.post("/s/shop/settings/", fields).status_code == 302
    site.refresh_from_db()
    assert (site.locales, site.four_eyes) == (["de", "zh-Hans", "en"], False)
    entry = AuditEntry.objects.first()
    assert (entry.before["four_eyes"], entry.after["four_eyes"]) == (True, False)
    client.post("/s/shop/settings/", fields | {"four_eyes": "on"})
    site.refresh_from_db()
    assert site.four_eyes
    answer = client.post("/s/shop/settings/", fields | {"locales": "not a tag!"})
    assert answer.context["form"].errors.keys() == {"locales"}
