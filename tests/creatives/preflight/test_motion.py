"""Whoever wants no motion is shown the first picture of an animation."""

import io

import pytest
from PIL import Image

from creatives import library, rendering
from creatives.models import Rendition
from creatives.preflight import check
from tests.factories import NOW, SPRING, a_placement, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def animation():
    frames = [Image.new("RGB", (300, 100), color) for color in ("teal", "navy", "gold")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=400, loop=0)
    creative = library.create(
        a_site(), name="Moves", alt="Moves", landing_url=SPRING, upload=out.getvalue(),
        filename="moves.gif", actor=None, now=NOW,
    )  # fmt: skip
    return creative.versions.get()


def test_sources__animation__still_comes_first_and_under_its_condition(animation):
    placement = a_placement(animation.creative.site, width=300, height=100, fallback=None)
    found = rendering.sources(animation, placement)
    stills = [source for source in found if source.media == rendering.STILL]
    assert stills
    assert list(found[: len(stills)]) == stills
    posters = animation.renditions.filter(purpose=Rendition.Purpose.POSTER)
    assert {still.src.rsplit("/", 1)[1] for still in stills} == {file.file for file in posters}
    assert [source.type for source in found if not source.media] == ["image/webp", "image/gif"]


def test_sources__animation_from_before_there_were_stills__its_thumbnail_serves(animation):
    animation.renditions.filter(purpose=Rendition.Purpose.POSTER).delete()
    first = rendering.sources(animation, None)[0]
    assert (first.media, first.type) == (rendering.STILL, "image/webp")


def test_check__animation_for_ever__has_a_still_but_does_not_rest(animation):
    found = {one.rule: str(one.severity) for one in check(animation, now=NOW)}
    assert (found["reduced_motion"], found["motion_length"]) == ("passed", "warning")
