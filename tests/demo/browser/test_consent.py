"""The three choices, and that nothing is counted before one of them allows it."""

import json
import re

import pytest

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

BAR = "[data-consent-bar]"
KEPT = "localStorage.getItem('qiwu_consent')"


def _name(words):
    return re.compile(f"^(✓ )?{words}$")


@pytest.fixture
def asked(page):
    """The consent that each question to the data plane came with."""
    heard = []

    def hear(request):
        if request.url.endswith("/decide"):
            heard.append(json.loads(request.post_data).get("consent"))

    page.on("request", hear)
    return heard


def _until(page, probe):
    for _ in range(80):
        if probe():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")


def test_consent__nothing_said__asks_with_no_choice_made_and_counts_nothing(shop, page, asked):
    page.goto(f"{shop.home}p/vase/")
    assert page.is_visible(BAR)
    assert page.locator(f"{BAR} [aria-pressed=true]").count() == 0
    _until(page, lambda: asked)
    page.wait_for_timeout(1_500)
    assert (asked[0], shop.events.count()) == (None, 0)


CHOICES = {
    "Count visits and personalise": ("granted", True, True),
    "Only count": ("counted", True, False),
    "No": ("denied", False, False),
}


@pytest.mark.parametrize("words", CHOICES)
def test_consent__chosen__remembered_and_passed_on(shop, page, asked, words):
    kept, measurement, personalisation = CHOICES[words]
    consent = {"measurement": measurement, "personalisation": personalisation}
    page.goto(shop.home)
    page.locator(BAR).get_by_role("button", name=_name(words)).click()
    _until(page, lambda: consent in asked)
    assert (page.is_visible(BAR), page.evaluate(KEPT)) == (False, kept)
    page.goto(f"{shop.home}cart/")
    asked.clear()
    page.reload()
    _until(page, lambda: asked)
    assert (asked[0], page.is_visible(BAR)) == (consent, False)


def test_consent__given_on_a_page__that_page_is_counted_once(shop, page, logged):
    page.goto(f"{shop.home}p/vase/")
    page.locator(BAR).get_by_role("button", name=_name("Only count")).click()
    assert len(logged("product_view")) == 1
    page.click("[data-consent-again]")
    page.locator(BAR).get_by_role("button", name=_name("Count visits and personalise")).click()
    page.wait_for_timeout(2_000)
    assert len(logged("product_view")) == 1


def test_consent__by_keyboard_alone__chosen_changed_and_left(shop, page):
    page.goto(shop.home)
    page.keyboard.press("Tab")  # to the goods
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert (
        page.evaluate("document.activeElement.dataset.consentGive"),
        page.evaluate(outline),
    ) == (
        "counted",
        "solid",
    )
    page.keyboard.press("Enter")
    assert page.evaluate(KEPT) == "counted"
    page.focus("[data-consent-again]")
    page.keyboard.press("Enter")
    pressed = page.locator(f"{BAR} [aria-pressed=true]")
    assert pressed.get_attribute("data-consent-give") == "counted"
    page.keyboard.press("Escape")
    assert not page.is_visible(BAR)
    assert page.evaluate("'consentAgain' in document.activeElement.dataset")


def test_shop__without_javascript__sells_and_asks_nothing(shop, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shop.home}search/?q=boots")
    page.get_by_role("link", name=re.compile("Ridge hiking boot")).click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("button", name="Place the order").click()
    assert page.get_by_role("heading", name="Thank you").is_visible()
    assert not page.is_visible(BAR)
    assert not page.is_visible("[data-consent-again]")
    context.close()
