"""The pages of the studio, with plain forms."""

import re

import pytest

from creatives.models import Creative, Product, Version
from tests.creatives.composed import WORDS, a_composed, a_picture_of, a_product
from tests.factories import NOW, a_placement, a_site, a_user
from workspace import jobs
from workspace.models import Job, Role

pytestmark = pytest.mark.django_db
STUDIO = "/s/shop/studio/"


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


@pytest.fixture(autouse=True)
def marketer(client, site, settings):
    settings.CHROMIUM = "/nowhere/chromium"
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


def _filled(picture, **changes):
    words = {f"{loc}.{slot}": text for loc, said in WORDS.items() for slot, text in said.items()}
    fields = {
        "name": "Morning",
        "landing_url": "https://shop.example/k",
        "palette": "night",
        "image": picture.pk,
        "action": "save",
    }
    return words | fields | changes


def test_gallery__all_designs_alive__sheets_are_served(client):
    page = client.get(STUDIO).content.decode()
    sheets = set(re.findall(r'href="(/media/[0-9a-f]{64}\.css)"', page))
    assert len(sheets) == 8
    for address in sheets:
        answer = client.get(address)
        assert answer["Content-Type"].startswith("text/css")
    assert page.count('data-slot="headline"') == 8 * 4


def test_compose__good__draft_and_its_page(client, site):
    picture = a_picture_of(site)
    answer = client.post(f"{STUDIO}split/", _filled(picture))
    creative = Creative.objects.get(name="Morning")
    assert answer.url == f"/s/shop/creatives/{creative.key}/"
    version = creative.versions.get()
    assert (version.status, version.slots["palette"], version.copies.count()) == (
        "draft",
        "night",
        1,
    )
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"en.headline": ""}, "This field is required"),
        ({"en.headline": "x" * 60}, "At most 44"),
        ({"image": ""}, "This field is required"),
        ({"image": "999999"}, "no such picture"),
        ({"landing_url": "javascript:x"}, "https://"),
        ({"palette": "neon"}, "neon"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_compose__something_wrong__said_beside_the_field(client, site, changes, said):
    answer = client.post(f"{STUDIO}split/", _filled(a_picture_of(site), **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Version.objects.filter(kind="html").exists()


def test_preview__without_javascript__same_page_with_the_banner(client, site):
    a_placement(site, "hero", width=970, height=250, fallback=None)
    answer = client.post(f"{STUDIO}split/", _filled(a_picture_of(site), action="preview"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="room-970x250 room-box"><div class="bl' in page
    assert not Version.objects.filter(kind="html").exists()
    assert ".room-970x250 { width: 970px" in client.get(f"{STUDIO}sizes.css").content.decode()


def test_preview__fragment__escaped_words_and_no_inline_style(client, site):
    fields = _filled(a_picture_of(site), **{"en.headline": "<script>alert(1)</script>"})
    page = client.post(f"{STUDIO}split/preview/", fields).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "style=" not in page


def test_recompose__form__as_it_was_and_the_next_version(client, site):
    creative = a_composed(site)
    address = f"{STUDIO}split/?creative={creative.key}"
    assert "Slow mornings, poured well" in client.get(address).content.decode()
    picture = Version.objects.get(kind="image")
    client.post(address, _filled(picture))
    assert creative.versions.count() == 2


def test_new_version__composed__in_the_studio(client, site):
    creative = a_composed(site)
    answer = client.get(f"/s/shop/creatives/{creative.key}/versions/new/")
    assert answer.url == f"{STUDIO}split/?creative={creative.key}"


def test_recompose__uploaded_picture__refused_not_broken(client, site):
    picture = a_picture_of(site)
    answer = client.get(f"{STUDIO}split/?creative={picture.creative.key}")
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["split/", "products/", "split/generate/"])
def test_pages__manager__may_not_compose(client, site, path):
    client.force_login(a_user("lin", role=Role.MANAGER, site=site))
    assert client.get(STUDIO).status_code == 200
    assert client.get(f"{STUDIO}{path}").status_code == 403


def test_pages__unknown_design__not_found(client):
    assert client.get(f"{STUDIO}baroque/").status_code == 404
    assert client.get(f"{STUDIO}baroque/generate/").status_code == 404


def _options(pictures, **changes):
    return {
        "name": "Spring",
        "landing_url": "https://shop.example/k",
        "en.headline": "One\nTwo\nThree\nFour",
        "zh-Hans.headline": "一\n二\n三\n四",
        "en.button": "Go\nSee\nBuy",
        "zh-Hans.button": "去\n看\n买",
        "palettes": ["sand", "night"],
        "images": [picture.pk for picture in pictures],
    } | changes


def test_generate__ninety_six_minus_forbidden__counted_shown_and_made(client, site):
    pictures = [a_picture_of(site, name=f"p{n}") for n in range(4)]
    address = f"{STUDIO}split/generate/"
    page = client.post(address, _options(pictures, action="check")).content.decode()
    assert "96 variants" in page
    assert page.count('class="room-frame"') == 96
    forbidden = ["headline:headline-1~button:button-2", "headline:headline-1~image:p0"]
    fields = _options(pictures, forbidden=forbidden)
    page = client.post(address, fields | {"action": "check"}).content.decode()
    assert "84 variants" in page  # 8 have the one pair, 6 the other, 2 of them both
    few = fields | {"action": "generate", "images": [pictures[0].pk], "palettes": ["sand"]}
    answer = client.post(address, few)
    job = jobs.run(Job.objects.get(kind="creatives.generate").pk, now=NOW)
    assert job.result["made"] == 9
    version = Version.objects.filter(kind="html").first()
    assert set(version.levels) == {"headline", "button", "image", "palette"}
    assert client.get(answer.url).content.decode().count("draft") > 9


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"zh-Hans.headline": "一"}, "each is a translation"),
        ({"en.headline": ""}, "at least one line"),
        ({"images": []}, "at least one picture"),
        ({"en.headline": "x" * 60 + "\ny\nz\nw"}, "longer than"),
    ],
)
def test_generate__something_wrong__said_and_nothing_made(client, site, changes, said):
    fields = _options([a_picture_of(site)], action="generate", **changes)
    answer = client.post(f"{STUDIO}split/generate/", fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Job.objects.filter(kind="creatives.generate").exists()


def test_generate__suggest__headlines_from_the_product(client, site):
    a_product(site)
    fields = _options([], action="suggest", product="kettle", **{"en.headline": ""})
    page = client.post(f"{STUDIO}split/generate/", fields).content.decode()
    assert "Heron kettle for ¥269" in page


def test_feed__upload__report_per_row(client, site):
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = "sku,title,price,url\nk,Kettle,269,https://shop.example/k\nm,,1,https://x.example\n"
    file = SimpleUploadedFile("feed.csv", data.encode("gbk"))
    answer = client.post(f"{STUDIO}products/", {"action": "feed", "feed": file})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "title is empty" in page
    assert Product.objects.get().sku == "k"
