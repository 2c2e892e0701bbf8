"""A carousel where nothing of ours runs: it is moved by keys and fingers, and shows no buttons."""

import pytest

from creatives import boxes
from creatives.boxes import Box
from creatives.designs import find, markup, style

pytestmark = pytest.mark.browser
AT = "(track => track.scrollLeft / track.clientWidth)(document.querySelector('[data-track]'))"
CALM = "document.getAnimations().length"


def a_page(chromium, *, locale, **how):
    design = find("carousel")
    made = style.sheet(design, design.palettes[0])
    words = {slot.key: "Pots" for slot in design.texts}
    picture = markup.Picture("about:blank", 1200, 900)
    html = markup.markup(
        design,
        scope=made.scope,
        words=words,
        picture=picture,
        more=[picture, picture],
        locale=locale,
        like=True,
    )
    (sheet,) = boxes.sheets([Box("", 600, 250, html)])
    page = chromium.new_page(viewport={"width": 700, "height": 300}, **how)
    page.set_content(boxes.document(sheet, made.css, measured=False))
    return page


@pytest.mark.parametrize(("locale", "key", "sign"), [("en", "Right", 1), ("ar", "Left", -1)])
def test_carousel__no_script__arrow_keys_move_it_picture_by_picture(chromium, locale, key, sign):
    page = a_page(chromium, locale=locale)
    page.keyboard.press("Tab")
    for number in (1, 2):
        page.keyboard.press(f"Arrow{key}")
        page.wait_for_function(f"{AT} === {sign * number}")
    assert page.locator("button").count() == 3
    assert page.locator("button:visible").count() == 0
    page.close()


def test_carousel__less_motion_wanted__jumps_and_never_moves_by_itself(chromium):
    page = a_page(chromium, locale="en", reduced_motion="reduce")
    behaviour = "getComputedStyle(document.querySelector('[data-track]')).scrollBehavior"
    assert page.evaluate(behaviour) == "auto"
    page.evaluate("document.querySelector('[data-track]').scrollTo({left: 600})")
    assert page.evaluate(AT) == 1
    page.wait_for_timeout(700)
    assert (page.evaluate(AT), page.evaluate(CALM)) == (1, 0)
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(behaviour) == "smooth"
    page.close()
