"""Settings pages: what they save, what they refuse, what they cost."""

import pytest
from django.core.management import CommandError, call_command
from django.test.utils import CaptureQueriesContext

from tests.factories import a_key, a_site, a_user
from workspace.models import ApiKey, AuditEntry, Membership, Role, Site

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def admin(client, site):
    user = a_user("ada", role=Role.ADMINISTRATOR, site=site)
    client.force_login(user)
    return user


WINDOWS = {
    "view_window_days": "30",
    "click_window_days": "7",
    "holdout_share": "0",
    "locales": "en, zh-Hans",
}


def test_settings__good_values__saved_and_audited(client, site, admin):
    origins = "https://Shop.example/\nhttp://localhost:3000\nhttps://shop.example"
    fields = {"name": "Shop", "origins": origins, "currency": "EUR", "timezone": "Europe/Zurich"}
    fields |= WINDOWS | {"view_window_days": "14", "click_window_days": "3"}
    assert client.post("/s/shop/settings/", fields).status_code == 302
    site.refresh_from_db()
    assert site.origins == ["https://shop.example", "http://localhost:3000"]
    assert site.currency == "EUR"
    assert (site.view_window_days, site.click_window_days) == (14, 3)
    entry = AuditEntry.objects.get(action="change", object_type="site")
    assert (entry.before["currency"], entry.after["currency"]) == ("CNY", "EUR")


@pytest.mark.parametrize("days", ["0", "366", "-1", "soon", "", "7.5"])
def test_settings__window_does_not_fit__refused_beside_the_field(client, site, admin, days):
    fields = {"name": "Shop", "origins": "", "currency": "EUR", "timezone": "UTC"}
    page = client.post("/s/shop/settings/", fields | WINDOWS | {"view_window_days": days})
    assert page.context["form"].errors.keys() == {"view_window_days"}
    assert "keeps the old windows until the roll-up is rebuilt" in page.content.decode()


@pytest.mark.parametrize(
    "origin",
    [
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop.example/path",
        "javascript:1",
        "https://me@shop.example",
        "https://shop.example?x",
        "*",
    ],
)
def test_settings__no_origin__refused_beside_the_field(client, site, admin, origin):
    fields = {"name": "Shop", "origins": origin, "currency": "EUR", "timezone": "UTC"}
    fields |= WINDOWS
    page = client.post("/s/shop/settings/", fields)
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"origins"}
    assert origin in page.content.decode()
    site.refresh_from_db()
    assert site.currency == "CNY"


def test_people__unknown_name__refused_with_what_to_do(client, site, admin):
    page = client.post("/s/shop/settings/people/", {"username": "nobody", "role": "manager"})
    assert "There is no account" in page.content.decode()


def test_people__added_twice__second_refused(client, site, admin):
    a_user("mei")
    fields = {"username": "mei", "role": "marketer"}
    assert client.post("/s/shop/settings/people/", fields).status_code == 302
    page = client.post("/s/shop/settings/people/", fields)
    assert "belongs to the site already" in page.content.decode()
    assert AuditEntry.objects.filter(action="add").count() == 1


@pytest.mark.parametrize("change", [{"role": "marketer"}, {"remove": "1"}])
def test_people__last_administrator__stays(client, site, admin, change):
    own = Membership.objects.get(user=admin)
    answer = client.post(f"/s/shop/settings/people/{own.pk}/", change, follow=True)
    assert "at least one administrator" in answer.content.decode()
    own.refresh_from_db()
    assert own.role == Role.ADMINISTRATOR


def test_people__removed__finds_no_page_any_more(client, site, admin):
    mei = a_user("mei", role=Role.MARKETER, site=site)
    client.post(f"/s/shop/settings/people/{mei.memberships.get().pk}/", {"remove": "1"})
    client.force_login(mei)
    assert client.get("/s/shop/creatives/").status_code == 404


def test_pages__many_rows__few_queries(client, site, admin, django_assert_max_num_queries):
    for number in range(30):
        a_key(site, "publishable")
        a_user(f"person{number}", role=Role.MARKETER, site=site)
    for path in ("", "keys/", "people/", "snippet/"):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(f"/s/shop/settings/{path}").status_code == 200
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get("/s/shop/audit/").status_code == 200


def test_pages__many_rows__as_many_queries_as_few(client, site, admin):
    from django.db import connection

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/s/shop/settings/people/")
        return len(queries)

    cost()
    few = cost()
    for number in range(20):
        a_user(f"more{number}", role=Role.MARKETER, site=site)
    assert cost() == few


def test_new_site__superuser__becomes_its_administrator_with_a_key(client):
    root = a_user("root")
    root.is_superuser = True
    root.save()
    client.force_login(root)
    fields = {"name": "Tea", "key": "tea", "currency": "CNY", "timezone": "UTC", "origins": ""}
    assert client.post("/sites/new/", fields).status_code == 302
    site = Site.objects.get(key="tea")
    assert site.memberships.get().role == Role.ADMINISTRATOR
    assert site.api_keys.get().kind == ApiKey.Kind.PUBLISHABLE


def test_new_site__anybody_else__refused(client, site, admin):
    assert client.get("/sites/new/").status_code == 403


def test_create_site__command__prints_keys_once(capsys):
    a_user("root")
    call_command("create_site", "tea", name="Tea", owner="root", origin=["https://tea.example"])
    printed = capsys.readouterr().out
    assert "pk_" in printed
    assert "sk_" in printed
    assert Site.objects.get(key="tea").origins == ["https://tea.example"]


@pytest.mark.parametrize(
    ("key", "owner", "words"),
    [
        ("tea", "nobody", "createsuperuser"),
        ("Tea House", "root", "lower-case"),
        ("shop", "root", "already"),
    ],
)
def test_create_site__wrong_arguments__says_what_to_do(site, key, owner, words):
    a_user("root")
    with pytest.raises(CommandError, match=words):
        call_command("create_site", key, name="Tea", owner=owner)


def test_every_page__strict_policy_and_no_inline_code(client, site, admin):
    page = client.get("/s/shop/settings/")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    text = page.content.decode()
    assert " style=" not in text
    assert " onclick=" not in text
    assert "<script>" not in text


def test_language__switched__page_in_that_language(client, site, admin):
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/s/shop/settings/"})
    assert 'lang="zh-hans"' in client.get("/s/shop/settings/").content.decode()
