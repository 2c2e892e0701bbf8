"""From a picture to an approved banner in three placements and two languages, as two people do it.

By mouse and by keyboard alone; clicks are counted as a person makes them, and docs/studio.md says
how many there were.
"""

import io
import re
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw

pytestmark = pytest.mark.browser

WALL = "/s/demo/creatives/"
PLACES = {
    "walk-hero": {"width": 1200, "height": 400, "phone_width": 375, "phone_height": 450},
    "walk-strip": {"width": 728, "height": 90},
    "walk-box": {"width": 300, "height": 250},
}
WORDS = {"en": "A pot that lasts for ever", "zh-Hans": "一口用一辈子的锅"}
CLICKS = 9


def _picture(color: str) -> bytes:
    """A picture whose subject, a disc, lies elsewhere for each color: no look-alikes."""
    left = 100 + 200 * (int(color[1:3], 16) % 5)
    picture = Image.new("RGB", (1600, 1200), color)
    ImageDraw.Draw(picture).ellipse((left, 200 + left // 2, left + 400, 800), fill="white")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@dataclass(slots=True)
class Mouse:
    """Presses what it points at."""

    page: object
    clicks: int = 0

    def press(self, target) -> None:
        target.click()
        self.clicks += 1

    def fill(self, name: str, text: str) -> None:
        self.page.fill(f"[name='{name}']", text)


@dataclass(slots=True)
class Keys:
    """Never touches the mouse: Tab until it is there, then Enter, Space or typing."""

    page: object
    clicks: int = 0

    def press(self, target) -> None:
        self._reach(target)
        box = target.evaluate("element => element.type === 'checkbox'")
        self.page.keyboard.press("Space" if box else "Enter")
        self.clicks += 1

    def fill(self, name: str, text: str) -> None:
        self._reach(self.page.locator(f"[name='{name}']"))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def _reach(self, target) -> None:
        target.wait_for()
        for _step in range(150):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"the keyboard never reaches {target}")


def _log_in(page, lab, name):
    page.goto(f"{lab.web}/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", lab.passwords[name])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile("/s/"))


def _upload(by, lab, name, color):
    page = by.page
    page.goto(lab.web + WALL)
    by.press(page.get_by_role("link", name="Upload a banner"))
    file = {"name": f"{name}.png", "mimeType": "image/png", "buffer": _picture(color)}
    page.set_input_files("[name=upload]", file)
    by.fill("name", name)
    by.fill("alt", WORDS["en"])
    by.fill("alt_zh-Hans", WORDS["zh-Hans"])
    by.fill("landing_url", f"{lab.web}/demo/")
    by.press(page.get_by_role("button", name="Save the banner"))
    page.wait_for_url(re.compile(r"/creatives/(?!new)"))


def _cut(by):
    page = by.page
    for key in PLACES:
        by.press(page.locator(f"#cut-{key}"))
    by.press(page.get_by_role("button", name="Make cuts for the chosen ones"))
    for _try in range(40):
        page.wait_for_timeout(500)
        page.reload()
        if not any(page.locator(f"#cut-{key}").count() for key in PLACES):
            return
    pytest.fail("the cuts were not made in time")


def _submit(by):
    by.press(by.page.get_by_role("button", name="Submit for review"))
    by.page.get_by_role("link", name="Review it").wait_for()


def _approve(by, lab, name):
    page = by.page
    page.goto(f"{lab.web}/s/demo/review/")
    by.press(page.get_by_role("link", name=name).first)
    by.press(page.get_by_role("button", name="Approve"))
    page.get_by_text("is approved").wait_for()


def _decided(lab, locale):
    return lab.decide({"user_id": "walker", "placements": list(PLACES), "locale": locale})


def _sizes(creative):
    return {(s["width"], s["height"]) for s in creative["sources"] if s["density"] == 1}


@pytest.fixture(scope="module")
def places(lab):
    for key, sides in PLACES.items():
        lab.call("/api/v1/placements/", {"key": key, "name": key} | sides)


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("hand", "name", "color"),
    [(Mouse, "Walked by mouse", "#7a2e1d"), (Keys, "Walked by keyboard", "#1d4b7a")],
)
def test_walk__picture_to_banner__three_placements_two_languages(page, lab, hand, name, color):
    by = hand(page)
    _log_in(page, lab, "marketer")
    _upload(by, lab, name, color)
    _cut(by)
    _submit(by)
    page.context.clear_cookies()
    _log_in(page, lab, "manager")
    _approve(by, lab, name)
    assert by.clicks == CLICKS

    key = name.lower().replace(" ", "-")
    for place in PLACES:
        lab.call(f"/api/v1/placements/{place}/", {"fallback": key}, verb="PATCH")
    page.wait_for_timeout(5_000)
    for locale, words in WORDS.items():
        shown = {place: answer["creative"] for place, answer in _decided(lab, locale).items()}
        assert {creative["key"] for creative in shown.values()} == {key}
        assert {creative["alt"] for creative in shown.values()} == {words}
        assert {creative["locale"] for creative in shown.values()} == {locale}
        assert _sizes(shown["walk-hero"]) == {(1200, 400), (375, 450)}
        assert _sizes(shown["walk-strip"]) == {(728, 90)}
        assert _sizes(shown["walk-box"]) == {(300, 250)}


AXE = Axe()
PAGES = (
    WALL,
    f"{WALL}?state=in_review",
    f"{WALL}new/",
    f"{WALL}several/",
    f"{WALL}sheet/",
    f"{WALL}hero-hearth/",
    f"{WALL}hero-hearth/preview/?placement=home-hero",
    f"{WALL}hero-hearth/preview/sheet/",
    f"{WALL}hero-hearth/focus/",
    f"{WALL}hero-hearth/words/",
    f"{WALL}hero-hearth/use/",
    f"{WALL}strip-lamps/compare/?before=1&after=2",
    "/s/demo/review/",
    "/s/demo/review/strip-lamps/2/",
    "/s/demo/review/clear-countdown/2/",
    "/s/demo/studio/",
    "/s/demo/studio/cover/?creative=studio-trail",
    "/s/demo/studio/split/generate/",
    "/s/demo/studio/products/",
    "/s/demo/placements/",
    "/s/demo/placements/home-hero/",
    "/s/demo/placements/new/",
    "/s/demo/placements/usual/",
    "/s/demo/settings/",
    "/s/demo/settings/webhooks/",
)


# test_pages_axe.py looks at all the others with every commit, each under some combination.
ONLY_HERE = (f"{WALL}?state=in_review",)


@pytest.mark.parametrize(
    ("theme", "language", "size", "pages"),
    [
        pytest.param("light", "en-US", (1366, 768), PAGES, marks=pytest.mark.nightly),
        pytest.param("dark", "zh-CN", (390, 844), PAGES, marks=pytest.mark.nightly),
        ("dark", "zh-CN", (390, 844), ONLY_HERE),
    ],
    ids=["light-en-desktop", "dark-zh-phone", "only-here"],
)
def test_pages__of_the_studio__nothing_that_axe_complains_of(  # noqa: PLR0917 - fixtures
    chromium, lab, complaints, theme, language, size, pages
):
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale=language, color_scheme=theme
    )
    page = context.new_page()
    complaints.watch(page)
    page.goto(f"{lab.web}/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", lab.passwords["admin"])
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile("/s/"))
    found = {}
    for path in pages:
        page.goto(lab.web + path)
        page.wait_for_load_state("networkidle")
        for one in AXE.run(page).response["violations"]:
            found[path, one["id"]] = [node["html"][:160] for node in one["nodes"]][:3]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 1:
            found[path, "too wide"] = over
    context.close()
    assert found == {}
