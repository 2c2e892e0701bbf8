"""Every page of the shop on a phone and on a desk, in both languages and both schemes."""

import pytest

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

PAGES = (
    "", "c/shoes/", "c/home/", "p/kettle/", "p/vase/", "promotion/", "clearance/", "search/",
    "search/?q=boots", f"search/?q={'W' * 5_000}", "cart/",
)  # fmt: skip
# Wider than the page, or smaller than WCAG 2.2 asks of what is pressed (2.5.8; words in a
# sentence and links that are the name of a thing are exempt).
SMALL = (
    "[...document.querySelectorAll('button, input, .button')].filter(e => e.checkVisibility())"
    ".map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])"
    ".filter(([r]) => r.height < 24 || r.width < 24).map(([, html]) => html)"
)


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (390, "dark"), (320, "light")])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages__every_one__fits_the_screen_and_can_be_pressed(
    shop, chromium, language, width, scheme
):
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, locale=language, color_scheme=scheme
    )
    page, wrong = context.new_page(), []
    for path in PAGES:
        assert page.goto(shop.home + path).status == 200
        wide = page.evaluate("document.documentElement.scrollWidth")
        wrong += [(path, wide)] if wide > width else []
        wrong += [(path, small) for small in page.evaluate(SMALL)]
    context.close()
    assert wrong == []
