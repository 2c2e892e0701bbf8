"""Every design at every usual size, in a real Chromium: words that can be read, and that fit."""

import pytest

from creatives import boxes, iab, media
from creatives.boxes import Box
from creatives.designs import catalogue
from creatives.designs.examples import EXAMPLES
from tests.creatives.composed import a_composed, pictures_of
from tests.factories import a_site

pytestmark = [pytest.mark.django_db, pytest.mark.browser]
LEAST = 12
"""CSS pixels of the smallest letters, on phones as well."""
PHONES = ((320, 100), (360, 180), (360, 450), (390, 220), (1200, 400))
NO_ROOM = {"120x60"}
"""A badge holds a word or two; longer ones are told to whoever composes."""
SMALLEST = """() => [...document.querySelectorAll(".box [data-slot]")]
  .filter((text) => text.textContent.trim() && text.getClientRects().length)
  .map((text) => [parseFloat(getComputedStyle(text).fontSize), text.dataset.slot,
                  text.closest(".box").className])"""


@pytest.mark.parametrize("design", EXAMPLES)
@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_design__its_example_at_every_usual_size__letters_of_twelve_pixels(
    chromium, design, locale
):
    site = a_site(locales=[locale])
    example = EXAMPLES[design]
    words = {name: text for name, text in example.in_language(locale).items() if text}
    known = {slot.key for slot in catalogue.find(design).slots}
    slots = {locale: {name: text for name, text in words.items() if name in known}}
    more = pictures_of(site, len(example.more))
    creative = a_composed(
        site, design=design, palette=example.palette, slots=slots, more=more, like=True
    )
    version = creative.versions.get()
    sizes = dict.fromkeys([*((one.width, one.height) for one in iab.IAB), *PHONES])
    (sheet,) = boxes.sheets(
        (Box("", width, height, version.html) for width, height in sizes), most=10**6
    )
    css = media.path_of(version.stylesheet).read_text()
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    page.set_content(boxes.document(sheet, css, measured=True))

    found = page.evaluate(SMALLEST)
    page.wait_for_selector("meta[name=result]", state="attached")
    measured = boxes.results(page.content()) or []
    page.close()

    assert len({name for _size, _slot, name in found}) == len(sizes)
    assert [one for one in found if one[0] < LEAST] == []
    over = {box.size for box, one in zip(sheet.boxes, measured, strict=True) if one["over"]}
    assert over <= NO_ROOM
