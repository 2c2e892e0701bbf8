"""Every palette of every design can be read, and every design adapts to every size."""

import pytest

from creatives.designs import DESIGNS, Sort, columns
from creatives.designs.contrast import LEAST, contrast, luminance, worst
from creatives.designs.palettes import PALETTES
from creatives.designs.style import sheet
from creatives.facts import Facts

EACH = [(design, palette) for design in DESIGNS for palette in design.palettes]


@pytest.mark.parametrize(("design", "palette"), EACH, ids=lambda one: one.key)
def test_palette__every_text__contrast_of_four_and_a_half(design, palette):
    found = worst(design, palette, [slot.key for slot in design.texts], Facts())
    assert {key: value for key, value in found.items() if value < LEAST} == {}


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.key)
def test_palette__panel__may_lie_behind_words(palette):
    assert contrast(luminance(palette.ink), luminance(palette.panel)) >= LEAST


def test_contrast__grid_of_a_dark_picture__better_than_the_worst_case():
    cover = next(design for design in DESIGNS if design.key == "cover")
    dark = Facts(grid=((0.0, 0.05),) * 64)
    night = cover.palettes[0]
    measured = worst(cover, night, ["headline"], dark)["headline"]
    assert measured > worst(cover, night, ["headline"], Facts())["headline"]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.key)
def test_design__complete__a_headline_a_button_and_container_queries(design):
    assert {"headline", "button"} <= {slot.key for slot in design.texts if slot.required}
    assert len({slot.key for slot in design.slots}) == len(design.slots)
    assert all(slot.longest for slot in design.texts)
    assert design.image is None or design.image.sort is Sort.IMAGE
    css = sheet(design, design.palettes[0]).css
    assert "@container" in css
    assert "url(" not in css
    assert css.count("{") == css.count("}")


def test_columns__chinese__two_each():
    assert columns("春天 50") == 7
