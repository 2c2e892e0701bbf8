"""Keys: usable by those who have the text, not by those who have the database."""

import datetime as dt

import pytest
import time_machine
from django.core.serializers import serialize
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIRequestFactory

from engine.errors import IllegalMove, NotAllowed, Unauthenticated
from tests.factories import a_key, a_placement, a_site, a_user
from workspace import keys
from workspace.access import HasSecretKey, KeyAuthentication
from workspace.models import ApiKey, AuditEntry, Role

pytestmark = pytest.mark.django_db


def _everything_stored() -> str:
    return serialize("json", ApiKey.objects.all()) + serialize("json", AuditEntry.objects.all())


@pytest.mark.parametrize("kind", ["publishable", "secret"])
def test_create__any_kind__leaves_no_usable_key_in_the_database(kind):
    _key, text = a_key(a_site(), kind)
    assert text not in _everything_stored()
    assert text[15:] not in _everything_stored()
    assert keys.digest(text) not in serialize("json", AuditEntry.objects.all())


def test_create__two_keys__differ():
    site = a_site()
    assert a_key(site)[1] != a_key(site)[1]
    assert a_key(site, "publishable")[1] != a_key(site, "publishable")[1]


def test_text_of__publishable__can_be_looked_up_again():
    key, text = a_key(a_site(), "publishable")
    assert keys.text_of(ApiKey.objects.get(pk=key.pk)) == text


def test_text_of__other_secret_key_of_the_installation__unknown():
    key, _text = a_key(a_site(), "publishable")
    with override_settings(SECRET_KEY="another"):
        assert keys.text_of(key) is None


def test_text_of__secret_key__never():
    assert keys.text_of(a_key(a_site())[0]) is None


def test_revoke__active_key__found_no_longer_and_audited(now):
    key, text = a_key(a_site())
    assert keys.find(text) == key
    keys.revoke(key, actor=None, now=now)
    assert keys.find(text) is None
    assert AuditEntry.objects.filter(action="revoke", object_type="apikey").count() == 1


def test_revoke__twice__refused(now):
    key, _text = a_key(a_site())
    keys.revoke(key, actor=None, now=now)
    with pytest.raises(IllegalMove):
        keys.revoke(key, actor=None, now=now)


def _request(text: str):
    request = APIRequestFactory().get("/", headers={"Authorization": f"Bearer {text}"})
    request.auth = None
    return request


def test_authentication__secret_key__stands_for_its_site_and_no_person():
    key, text = a_key(a_site())
    assert KeyAuthentication().authenticate(_request(text)) == (None, key)
    key.refresh_from_db()
    assert key.last_used_at is not None


@pytest.mark.parametrize("text", ["", "sk_wrong", "pk_\u00e9", "x" * 5000])
def test_authentication__wrong_key__refused(text):
    with pytest.raises(Unauthenticated):
        KeyAuthentication().authenticate(_request(text))


def test_authentication__no_header__nobody():
    assert KeyAuthentication().authenticate(APIRequestFactory().get("/")) is None


def test_permission__publishable_key__not_enough():
    key, text = a_key(a_site(), "publishable")
    request = _request(text)
    request.auth = key
    with pytest.raises(NotAllowed):
        HasSecretKey().has_permission(request, None)


def test_permission__no_key__asked_to_identify():
    with pytest.raises(Unauthenticated):
        HasSecretKey().has_permission(_request(""), None)


def test_page__new_key__shows_the_text_once(client):
    site = a_site()
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=site))
    answer = client.post("/s/shop/settings/keys/", {"name": "Server", "kind": "secret"})
    text = answer.context["text"]
    assert text.startswith("sk_")
    assert text in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert text not in client.get("/s/shop/settings/keys/").content.decode()
    assert not any(text in str(value) for value in client.session.values())


def test_snippet__publishable_key__is_the_sites_own(client):
    site = a_site()
    client.force_login(a_user(role=Role.MARKETER, site=site))
    assert b"No publishable key yet" in client.get("/s/shop/settings/snippet/").content
    _key, text = a_key(site, "publishable")
    for place in ("cart", "home"):
        a_placement(site, place, fallback=None, width=1200, height=90)
    page = client.get("/s/shop/settings/snippet/?placement=cart").content.decode()
    assert f"data-key=&quot;{text}&quot;" in page or f'data-key="{text}"' in page
    assert 'data-banner-lab="cart" data-width="1200" data-height="90"' in page


def _call(method: str = "get", **headers: str):
    request = getattr(APIRequestFactory(), method)("/", headers=headers)
    request.auth = None
    return request


def test_permission__read_key__reads_but_changes_nothing():
    key, _text = a_key(a_site())
    key.scope = ApiKey.Scope.READ
    for method in ("get", "head", "options"):
        request = _call(method)
        request.auth = key
        assert HasSecretKey().has_permission(request, None)
    for method in ("post", "put", "patch", "delete"):
        request = _call(method)
        request.auth = key
        with pytest.raises(NotAllowed, match="only read"):
            HasSecretKey().has_permission(request, None)


def test_authentication__expired_key__refused_with_its_own_sentence(now):
    key, text = a_key(a_site())
    ApiKey.objects.filter(pk=key.pk).update(expires_at=now - dt.timedelta(seconds=1))
    with time_machine.travel(now, tick=False), pytest.raises(Unauthenticated, match="expired"):
        KeyAuthentication().authenticate(_request(text))


def test_authentication__secret_key_with_an_origin__refused_and_told_once_a_day(now):
    _key, text = a_key(a_site())
    call = _call(Authorization=f"Bearer {text}", Origin="https://shop.example")
    for hours in (0, 23, 25):
        with (
            time_machine.travel(now + dt.timedelta(hours=hours), tick=False),
            pytest.raises(NotAllowed),
        ):
            KeyAuthentication().authenticate(call)
    assert AuditEntry.objects.filter(action=keys.SEEN_IN_A_BROWSER).count() == 2


def test_rotate__key_with_an_end__both_live_and_the_new_one_as_long(now):
    site = a_site()
    old, text = keys.create(
        site,
        name="Server",
        kind="secret",
        scope="read",
        expires_at=timezone.now() + dt.timedelta(days=30),
        actor=None,
        now=now,
    )
    new, other = keys.rotate(old, actor=None, now=now)
    assert keys.find(text) == old
    assert keys.find(other) == new
    assert (new.scope, new.name) == ("read", "Server")
    assert abs(new.expires_at - now - dt.timedelta(days=30)) < dt.timedelta(minutes=1)


def test_page__expiry_in_the_past__refused(client):
    site = a_site()
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=site))
    entry = {"name": "Server", "kind": "secret", "expires_at": "2020-01-01T00:00"}
    answer = client.post("/s/shop/settings/keys/", entry)
    assert answer.context["text"] is None
    assert answer.context["form"].errors["expires_at"]


def test_page__rotate__shows_the_new_text_once(client):
    site = a_site()
    key, _text = a_key(site)
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=site))
    answer = client.post(f"/s/shop/settings/keys/{key.pk}/rotate/")
    assert keys.find(answer.context["text"]) != key
