"""Whether something can be shown in a slot: as it is, or cut for it."""

import pytest

from creatives import fitting, rendering
from creatives.models import Rendition, Version
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return factories.a_creative(factories.a_site()).live


def _cut(version, width, height, density=1):
    return Rendition.objects.create(
        version=version,
        file=f"{'0' * 64}.webp",
        mime_type="image/webp",
        width=width * density,
        height=height * density,
        css_width=width,
        css_height=height,
        density=density,
        bytes=10,
    )


def test_misfit__same_proportions__none(version):
    place = factories.a_placement(version.creative.site, "half", width=600, height=200)
    assert fitting.misfit(version, place) == ""


def test_misfit__other_proportions__said(version):
    place = factories.a_placement(version.creative.site, "box", width=300, height=250)
    assert "300 × 250" in fitting.misfit(version, place)


def test_misfit__phone_of_other_proportions__said_until_it_is_cut(version):
    place = factories.a_placement(version.creative.site, phone_width=375, phone_height=450)
    assert "375 × 450" in fitting.misfit(version, place)
    _cut(version, 375, 450)
    fresh = Version.objects.get(pk=version.pk)
    assert fitting.misfit(fresh, place) == ""


def test_sources__phone_cut__comes_first_with_its_condition(version):
    place = factories.a_placement(version.creative.site, phone_width=375, phone_height=450)
    _cut(version, 375, 450)
    _cut(version, 375, 450, density=2)
    found = rendering.sources(Version.objects.get(pk=version.pk), place)
    assert [(s.media != "", s.density) for s in found[:2]] == [(True, 2), (True, 1)]
    assert found[-1].media == ""
    assert (found[-1].width, found[-1].height) == (1200, 400)


def test_sources__nothing_fits__the_picture_as_it_is(version):
    place = factories.a_placement(version.creative.site, "box", width=300, height=250)
    assert {s.width for s in rendering.sources(version, place)} == {1200}
