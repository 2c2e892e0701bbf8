"""The preview: frames, contact sheet, and links that end."""

import datetime as dt
import re

import pytest
from django.core import signing
from django.utils import timezone

from creatives import previews
from creatives.models import Copy
from engine.errors import NotFound
from tests.factories import a_creative, a_placement, a_site, a_user
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


@pytest.fixture
def draft(site):
    made = a_creative(site, "Hero", approved=False)
    Copy.objects.update_or_create(
        version=made.versions.get(), locale="zh-Hans", defaults={"alt": "春季"}
    )
    return made


@pytest.fixture(autouse=True)
def marketer(client, site):
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


def _token(page):
    return re.search(r'value="[^"]*/p/([^"/]+)/"', page.content.decode())[1]


def test_preview__three_frames__their_pages_open_under_a_strict_policy(client, site, draft):
    for page_type in ("welcome", "product", "cart", "category", "search", "email", "app"):
        a_placement(site, page_type, page_type=page_type, fallback=None)
    page = client.get("/s/shop/creatives/hero/preview/?locale=zh-Hans&theme=dark&placement=cart")
    frames = page.context["frames"]
    assert [device for device, _address in frames] == ["phone", "tablet", "desktop"]
    inner = client.get(frames[0][1])
    text = inner.content.decode()
    assert 'data-theme="dark"' in text
    assert 'alt="春季" lang="zh-Hans"' in text
    assert inner.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "style=" not in text
    for kind in ("welcome", "product", "category", "search", "email", "app", "-", "nonsense"):
        address = f"/s/shop/creatives/hero/preview/page/?placement={kind}"
        assert client.get(address).status_code == 200


def test_preview__slow_network__default_stands_there_first(client, site, draft):
    a_placement(site, "hero", fallback=draft)
    text = client.get("/s/shop/creatives/hero/preview/page/?slow=on").content.decode()
    assert "data-late" in text
    assert "data-before" in text


def test_preview__pictures__from_this_origin(client, draft):
    text = client.get("/s/shop/creatives/hero/preview/page/").content.decode()
    addresses = re.findall(r'(?:src|srcset)="(/media/[^" ]+)', text)
    assert len(addresses) >= 2
    assert all(client.get(address).status_code == 200 for address in addresses)


def test_link__without_account__says_not_approved_and_when_it_ends(client, draft):
    token = _token(client.get("/s/shop/creatives/hero/preview/"))
    client.logout()
    page = client.get(f"/p/{token}/")
    text = page.content.decode()
    assert "Not approved" in text
    assert (timezone.now() + dt.timedelta(days=7)).strftime("%Y-%m") in text
    assert 'class="sidebar' not in text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(page.context["frames"][0][1]).status_code == 200


def test_link__other_version__stays_with_its_own(client, draft, now):
    from creatives import library

    token = _token(client.get("/s/shop/creatives/hero/preview/"))
    library.add_version(
        draft, alt="Second", landing_url="https://shop.example/", upload=None, actor=None, now=now
    )
    page = client.get(f"/p/{token}/?version=2")
    assert page.context["version"].number == 1
    assert client.get(f"/p/{token}/page/?version=2").context["version"].number == 1


def test_link__ended_changed_or_cut__gone_with_what_to_do(client, draft, now):
    version = draft.versions.get()
    good = previews.token(version, now=now)
    assert previews.opened(good, now=now + dt.timedelta(days=6)).version == version
    with pytest.raises(NotFound):
        previews.opened(good, now=now + dt.timedelta(days=7))
    forged = signing.dumps([version.pk, 2**33], salt="other")
    odd = signing.dumps({"x": 1}, salt=previews.SALT)
    client.logout()
    for text in (good[:-1], "x", forged, odd, signing.dumps(["a", "b"], salt=previews.SALT)):
        page = client.get(f"/p/{text}/")
        assert page.status_code == 404
        assert "seven days" in page.content.decode()
        assert client.get(f"/p/{text}/page/").status_code == 404


def test_qr__own_address__a_picture(client, draft):
    answer = client.get("/s/shop/creatives/hero/preview/qr.svg?placement=-&locale=en")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content


def test_sheet__placements_devices_languages__a_cell_each(client, site, draft):
    a_placement(site, "hero", fallback=None, phone_width=300, phone_height=100)
    a_placement(site, "side", fallback=None, width=160, height=600)
    rows = client.get("/s/shop/creatives/hero/preview/sheet/").context["rows"]
    assert sorted(len(row.cells) for row in rows) == [2, 4]
    by_key = {row.placement.key: row for row in rows}
    assert by_key["hero"].misfit == ""
    assert "other proportions" in by_key["side"].misfit
    assert {cell.banner.alt for cell in by_key["hero"].cells} == {
        "Hero: everything for spring",
        "春季",
    }


def test_preview__stranger_or_unknown__not_found(client, site, draft):
    for path in ("preview/?version=9", "preview/?version=x", "preview/sheet/?version=0"):
        assert client.get(f"/s/shop/creatives/hero/{path}").status_code == 404
    client.force_login(a_user("stranger"))
    for path in ("preview/", "preview/page/", "preview/sheet/", "preview/qr.svg"):
        assert client.get(f"/s/shop/creatives/hero/{path}").status_code == 404


def test_pages__many_placements__few_queries(client, site, draft, django_assert_max_num_queries):
    for number in range(60):
        a_placement(site, f"slot-{number}", fallback=None, page_type="cart")
    for path in ("preview/", "preview/page/", "preview/page/?slow=on", "preview/sheet/"):
        with django_assert_max_num_queries(30):
            assert client.get(f"/s/shop/creatives/hero/{path}").status_code == 200
