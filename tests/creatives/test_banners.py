"""How a version looks on the pages of the team."""

import pytest

from creatives import cuts, library
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


def test_version_picture__version_with_cuts__the_whole_picture():
    site = a_site()
    version = a_creative(site, size=(1200, 600)).versions.get()
    before = version_picture(version)
    cuts.cut(version, [a_placement(site, "wide", fallback=None, width=600, height=100)])
    version = type(version).objects.get(pk=version.pk)
    assert version.renditions.exclude(css_width=0).exists()
    assert version_picture(version) == before
