"""Films in forms, and how a version looks on the pages of the team."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from creatives import cuts, forms, library, media, sniffing
from creatives.forms import CreativeForm
from creatives.templatetags.banners import version_picture, version_thumb
from tests.creatives.hostile_films import film
from tests.factories import NOW, a_creative, a_placement, a_site

pytestmark = pytest.mark.django_db


def test_version_picture__film__plays_with_its_poster_and_thumbnails_are_pictures():
    creative = library.create(
        a_site(),
        name="Film",
        alt='"Spring" <b>',
        landing_url="https://shop.example/",
        upload=film(),
        filename="film.mp4",
        actor=None,
        now=NOW,
    )
    version = creative.versions.get()
    shown = version_picture(version)
    assert shown.startswith("<video ")
    assert 'aria-label="&quot;Spring&quot; &lt;b&gt;"' in shown
    assert ".mp4" in shown
    assert ".jpg" in shown.split("poster=")[1]
    assert ".webp" in version_thumb(version)


def test_form__film_and_a_missing_word__film_need_not_be_chosen_again():
    words = {"name": "Film", "alt": "Spring", "landing_url": ""}
    form = CreativeForm(words, {"upload": SimpleUploadedFile("spring.mp4", film())})
    assert not form.is_valid()
    again = CreativeForm(
        words | {"landing_url": "https://shop.example/", "kept": form.keeping.sealed()}
    )
    assert again.is_valid(), again.errors
    assert again.picture.sort.is_film
    assert again.filename == "spring.mp4"


def test_form__what_may_be_chosen__is_what_is_accepted():
    wanted = {sort.mime_type for sort in sniffing.SORTS.values()}
    assert set(forms.ACCEPT.split(",")) == wanted
    assert {sort.extension for sort in sniffing.SORTS.values()} <= set(media.MIME_TYPES)


def test_version_picture__version_with_cuts__the_whole_picture():
    site = a_site()
    version = a_creative(site, size=(1200, 600)).versions.get()
    before = version_picture(version)
    cuts.cut(version, [a_placement(site, "wide", fallback=None, width=600, height=100)])
    version = type(version).objects.get(pk=version.pk)
    assert version.renditions.exclude(css_width=0).exists()
    assert version_picture(version) == before
