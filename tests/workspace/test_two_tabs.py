"""Whoever saves second sees what the first one did, and loses nothing."""

import re
from html import unescape

import pytest

from audiences.models import Segment
from creatives.models import Creative, Placement
from tests.factories import a_creative, a_placement, a_segment, a_site, a_user
from workspace.models import Role, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(client):
    site = a_site()
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=site))
    return site


def _seen(client, address, form=0):
    page = client.get(address).content.decode()
    return unescape(re.findall(r'name="_seen" value="([^"]*)"', page)[form])


def _fields(client, address):
    form = client.get(address).context["form"]
    return {b.html_name: b.value() for b in form if b.value() not in (None, False)}


def test_settings__somebody_saved_meanwhile__409_with_the_difference_then_mine(client, shop):
    fields = {
        "name": "Mine",
        "origins": "",
        "currency": "CNY",
        "timezone": "UTC",
        "locales": "en",
    } | {"holdout_share": "0"}
    fields |= {"view_window_days": "30", "click_window_days": "7"}
    fields["_seen"] = _seen(client, "/s/shop/settings/")
    Site.objects.update(name="Theirs")
    answer = client.post("/s/shop/settings/", fields)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<del>Shop</del>" in page
    assert "<ins>Theirs</ins>" in page
    assert Site.objects.get().name == "Theirs"
    again = dict(answer.context["fields"])
    assert client.post(answer.context["path"], again).status_code == 302
    assert Site.objects.get().name == "Mine"


def test_settings__nobody_else__saved_at_once(client, shop):
    fields = {
        "name": "Mine",
        "origins": "",
        "currency": "CNY",
        "timezone": "UTC",
        "locales": "en",
    } | {"holdout_share": "0"}
    fields |= {"view_window_days": "30", "click_window_days": "7"}
    fields["_seen"] = _seen(client, "/s/shop/settings/")
    assert client.post("/s/shop/settings/", fields).status_code == 302


def test_placement__stale__not_overwritten(client, shop):
    placement = a_placement(shop)
    address = f"/s/shop/placements/{placement.key}/"
    fields = _fields(client, address) | {"_seen": _seen(client, address)}
    Placement.objects.filter(pk=placement.pk).update(width=999)
    assert client.post(address, fields).status_code == 409
    assert Placement.objects.get(pk=placement.pk).width == 999


def test_creative__details_and_limits_stale__not_overwritten(client, shop):
    creative = a_creative(shop)
    address = f"/s/shop/creatives/{creative.key}/"
    details, caps = sorted((_seen(client, address, n) for n in (0, 1)), key=lambda s: "cap_" in s)
    Creative.objects.update(licence="theirs", cap_per_day=5)
    answer = client.post(f"{address}details/", {"licence": "mine", "_seen": details})
    assert (answer.status_code, answer.context["differences"][0].now) == (409, "theirs")
    assert client.post(f"{address}caps/", {"cap_per_day": "2", "_seen": caps}).status_code == 409
    creative.refresh_from_db()
    assert (creative.licence, creative.cap_per_day) == ("theirs", 5)


def test_segment__stale__difference_is_a_sentence(client, shop):
    segment = a_segment(shop, "phones", "device", "one_of", ["phone"])
    address = "/s/shop/audiences/phones/edit/"
    seen = _seen(client, address)
    tablets = a_segment(shop, "tablets", "device", "one_of", ["tablet"])
    Segment.objects.filter(pk=segment.pk).update(rule=tablets.rule)
    answer = client.post(address, {"name": "phones", "_seen": seen})
    assert answer.status_code == 409
    assert "tablet" in answer.context["differences"][0].now.lower()


@pytest.mark.parametrize("seen", ["{", "[]", '{"name": 1}', '"x"'])
def test_settings__nonsense_instead_of_a_state__refused(client, shop, seen):
    assert client.post("/s/shop/settings/", {"name": "x", "_seen": seen}).status_code == 422


def test_rename__somebody_renamed_meanwhile__409_with_the_difference(client, shop):
    creative = a_creative(shop)
    address = f"/s/shop/creatives/{creative.key}/"
    page = client.get(address).content.decode()
    [seen] = re.findall(r'rename/".*?name="_seen" value="([^"]*)"', page, re.DOTALL)
    Creative.objects.update(name="Theirs")
    answer = client.post(f"{address}rename/", {"name": "Mine", "_seen": unescape(seen)})
    assert answer.status_code == 409
    assert "<ins>Theirs</ins>" in answer.content.decode()
    again = dict(answer.context["fields"])
    assert client.post(answer.context["path"], again).status_code == 302
    assert Creative.objects.get().name == "Mine"


def test_words__somebody_wrote_meanwhile__409_with_the_difference_then_mine(client, shop):
    creative = a_creative(shop)
    address = f"/s/shop/creatives/{creative.key}/words/"
    fields = {
        bound.html_name: bound.value() or ""
        for form in client.get(address).context["forms"]
        for bound in form
    }
    alt = next(name for name in fields if name.endswith("-alt"))
    first = {"_seen": _seen(client, address)}
    assert client.post(address, fields | first | {alt: "Theirs"}).status_code == 302
    answer = client.post(address, fields | first | {alt: "Mine"})
    assert answer.status_code == 409
    assert "<ins>Theirs</ins>" in answer.content.decode()
    assert client.post(answer.context["path"], dict(answer.context["fields"])).status_code == 302
    assert "Mine" in client.get(address).content.decode()
