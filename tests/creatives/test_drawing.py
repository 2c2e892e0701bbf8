"""Composed banners as pictures, through a real Chromium, and what of their texts does not fit."""

import shutil

import pytest
from PIL import Image

from creatives import drawing, media, rendering, review
from creatives.facts import Facts
from creatives.models import Rendition, Version
from tests.creatives.composed import WORDS, a_composed
from tests.factories import NOW, a_placement, a_site
from workspace import chromium, jobs
from workspace.models import Job

pytestmark = pytest.mark.django_db
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium on this machine"),
]


@pytest.fixture
def site():
    site = a_site(locales=["en", "zh-Hans"])
    a_placement(site, "hero", width=600, height=200, fallback=None)
    a_placement(site, "bar", width=320, height=50, fallback=None)
    return site


def run(version):
    job = drawing.ask(version, actor=None, now=NOW)
    return jobs.run(job.pk, now=NOW)


@pytest.mark.usefixtures("chromium")
@pytest.mark.browser
def test_draw__two_sizes_two_languages__sharp_pictures_and_what_does_not_fit(site):
    words = {
        "en": WORDS["en"] | {"headline": "W" * 44},
        "zh-Hans": WORDS["zh-Hans"] | {"button": "请点击这里立即选购"},
    }
    version = a_composed(site, slots=words).versions.get()
    job = run(version)
    assert job.status == Job.Status.DONE, job.error
    version.refresh_from_db()
    found = {
        (f.css_width, f.css_height, f.density, f.locale): f
        for f in version.renditions.filter(purpose=Rendition.Purpose.SERVED)
    }
    assert found.keys() >= {
        (w, h, density, locale)
        for w, h in ((600, 200), (320, 50))
        for density in (1, 2)
        for locale in ("", "zh-Hans")
    }
    sharp = Image.open(media.path_of(found[600, 200, 2, ""].file))
    assert sharp.size == (1200, 400)
    assert sharp.convert("RGB").getpixel((4, 4)) == (241, 223, 195)  # the ground of the palette
    assert version.renditions.get(purpose=Rendition.Purpose.THUMBNAIL).width == 480
    overflow = Facts.of(version.facts).overflow
    assert "headline" in overflow["320x50"]
    assert overflow["600x200"] == []


@pytest.mark.usefixtures("chromium")
@pytest.mark.browser
def test_draw__approved__sources_of_a_placement_are_drawn_for_it(site):
    version = review.submit(a_composed(site).versions.get(), actor=None, now=NOW)
    looked = {"overflow": "Looked at it in both languages."}
    version = review.approve(version, waivers=looked, actor=None, now=NOW)
    run_again = drawing.draw(version)
    place = site.placements.get(key="bar")
    sources = rendering.payload(Version.objects.get(pk=version.pk), place).sources
    assert run_again > 0
    assert {(s.width, s.height, s.density) for s in sources} == {(640, 100, 2), (320, 50, 1)}
    assert drawing.ask(version, actor=None, now=NOW) is None  # it is drawn


def test_draw__no_chromium__facts_say_that_nobody_looked(site, settings):
    settings.CHROMIUM = "/nowhere/chromium"
    version = a_composed(site).versions.get()
    job = run(version)
    version.refresh_from_db()
    assert job.result == {"drawn": 0, "reason": "no-chromium"}
    assert Facts.of(version.facts).overflow is None
    with pytest.raises(chromium.NoChromium):
        drawing.draw(version)
