"""The pages of words and of the translation sheet, with plain forms."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from creatives import review
from creatives.models import Creative
from tests.creatives.languages import from_before, in_one_language
from tests.factories import NOW, a_creative, a_picture, a_site, a_user
from workspace.models import Role

pytestmark = pytest.mark.django_db
WORDS = "/s/shop/creatives/spring/words/"
SHEET = "/s/shop/creatives/sheet/"


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans", "he"])


@pytest.fixture
def creative(site):
    return from_before(site, "Spring")


@pytest.fixture(autouse=True)
def marketer(client, site):
    client.force_login(a_user("mei", role=Role.MARKETER, site=site))


def fields(**changes):
    typed = {
        f"{locale}-{name}": "" for locale in ("zh-Hans", "he") for name in ("alt", "landing_url")
    }
    typed |= {"en-alt": "Spring", "en-landing_url": "https://shop.example/spring"}
    return typed | changes


def test_page__languages__side_by_side_with_direction_and_what_is_missing(client, creative):
    page = client.get(WORDS).content.decode()
    assert page.count("<fieldset") == 3
    assert re.search(r'name="he-alt"[^>]*dir="rtl"', page)
    assert "2 texts are missing" in page
    assert 'data-counted="250"' in page


def test_save__live_creative__next_version_and_then_the_same_draft(client, creative):
    answer = client.post(WORDS, fields(**{"zh-Hans-alt": "春季"}), follow=True)
    assert "version 2" in answer.content.decode()
    newest = creative.versions.first()
    assert (newest.number, newest.alt, newest.copies.get().alt) == (2, "Spring", "春季")
    client.post(WORDS, fields(**{"zh-Hans-alt": "春天"}))
    assert (creative.versions.count(), newest.copies.get().alt) == (2, "春天")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"en-alt": ""}, "en-alt"),
        ({"he-alt": "x" * 251}, "he-alt"),
        ({"zh-Hans-landing_url": "ftp://x"}, "zh-Hans-landing_url"),
    ],
)
def test_save__does_not_fit__said_beside_the_field_and_nothing_kept(client, creative, change, name):
    answer = client.post(WORDS, fields(**change))
    assert answer.status_code == 422
    assert f'id="id_{name}_error"' in answer.content.decode()
    assert creative.versions.count() == 1


def test_save__decorative__needs_no_words(client, creative):
    client.post(WORDS, fields(**{"en-alt": "", "decorative": "on"}))
    newest = creative.versions.first()
    assert (newest.alt, newest.decorative) == ("", True)


def test_page__in_review__closed(client, site):
    version = a_creative(site, "Waiting", approved=False).versions.get()
    with in_one_language(site):
        review.submit(version, actor=None, now=NOW)
    address = "/s/shop/creatives/waiting/words/"
    assert "is in review" in client.get(address).content.decode()
    assert client.post(address, fields()).status_code == 422


@pytest.mark.parametrize("role", [Role.MANAGER, None])
def test_save__manager_or_stranger__refused(client, site, creative, role):
    client.force_login(a_user(role=role, site=site if role else None))
    expected = 403 if role else 404
    assert client.post(WORDS, fields()).status_code == expected
    sent = {"sheet": SimpleUploadedFile("s.csv", b"x")}
    assert client.post(SHEET + "in/", sent).status_code == expected
    assert client.get(SHEET).status_code == (200 if role else 404)


def test_upload__words_of_every_language__in_one_form(client):
    sent = {
        "upload": SimpleUploadedFile("a.png", a_picture(), "image/png"),
        "name": "Both",
        "alt": "Spring",
        "alt_zh-Hans": "春季",
        "landing_url": "https://shop.example/",
    }
    assert client.post("/s/shop/creatives/new/", sent).status_code == 302
    version = Creative.objects.get().versions.get()
    assert [(copy.locale, copy.alt) for copy in version.copies.all()] == [("zh-Hans", "春季")]


def test_upload__decorative__needs_no_words(client):
    sent = {
        "upload": SimpleUploadedFile("a.png", a_picture(), "image/png"),
        "name": "Line",
        "decorative": "on",
        "landing_url": "https://shop.example/",
    }
    assert client.post("/s/shop/creatives/new/", sent).status_code == 302
    assert Creative.objects.get().versions.get().decorative


def test_new_version__form__begins_with_the_words_there_are(client, creative):
    client.post(WORDS, fields(**{"zh-Hans-alt": "春季"}))
    page = client.get("/s/shop/creatives/spring/versions/new/").content.decode()
    assert "春季" in page


def test_sheet__out_look_and_apply__changes_the_texts(client, creative):
    page = client.get(SHEET).content.decode()
    assert 'value="spring"' in page
    answer = client.get(SHEET + "out/", {"key": "spring"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    head, row, rest = text.split("\r\n", 2)
    cells = row.split(",")
    cells[4] = "春季"
    back = "\r\n".join([head, ",".join(cells), rest]).encode()
    looked = client.post(SHEET + "in/", {"sheet": SimpleUploadedFile("s.csv", back)})
    page = looked.content.decode()
    assert "1 changed" in page
    assert "春季" in page
    assert creative.versions.count() == 1
    applied = client.post(
        SHEET + "in/", {"text": looked.context["text"], "apply": "yes"}, follow=True
    )
    assert "1 text is changed" in applied.content.decode()
    assert creative.versions.first().copies.get().alt == "春季"


def test_sheet__no_file_or_no_sheet__said_beside_the_field(client, creative):
    assert client.post(SHEET + "in/").status_code == 422
    answer = client.post(SHEET + "in/", {"sheet": SimpleUploadedFile("s.csv", b"a,b")})
    assert answer.status_code == 422
    assert "lacks the columns" in answer.content.decode()
