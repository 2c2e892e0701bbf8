"""The two scripted shoppers of the first hour: the same walk, other clicks, another banner.

Used by the test, and by the script that draws the picture of it for the README.
"""

from collections.abc import Callable
from dataclasses import dataclass

from banner_lab.stack.processes import wait_until

CLICKS = {
    "shoes": ("trail-runner", "canvas-low", "wool-slip-on"),
    "kitchen": ("cast-iron-pot", "chef-knife", "kettle"),
}
HEARD = """
window.shown = {};
addEventListener("bannerlab:shown", ({ target, detail }) => {
  window.shown[target.dataset.bannerLab] = detail;
});
"""


@dataclass(frozen=True, slots=True)
class Walk:
    """The decisions for the hero before and after three clicks."""

    before: dict
    after: dict


def walk(context, web: str, likes: str, look: Callable[[str, object], None] | None = None) -> Walk:
    """Come in, allow personalisation, look at three products, come back to the front page."""
    page = context.new_page()
    page.add_init_script(HEARD)
    page.goto(f"{web}/demo/")
    page.get_by_role("button", name="Count visits and personalise").click()
    page.reload()
    before = hero(page)
    if look:
        look("before", page)
    for key in CLICKS[likes]:
        with page.expect_response(_tells_of_a_product, timeout=10_000):
            page.goto(f"{web}/demo/p/{key}/")
        if look:
            look(key, page)
    page.goto(f"{web}/demo/")
    after = hero(page)
    if look:
        look("after", page)
    page.close()
    return Walk(before, after)


def _tells_of_a_product(response) -> bool:
    told = response.request.post_data or ""
    return response.url.endswith("/api/v1/events") and "product_view" in told


def hero(page) -> dict:
    """What was decided for the front page."""
    assert wait_until(lambda: page.evaluate("Boolean(window.shown['home-hero'])"), seconds=10)
    return dict(page.evaluate("window.shown['home-hero']"))
