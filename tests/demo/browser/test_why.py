"""Why this banner? In plain words, with a way out."""

import json
import time

import pytest

from tests.demo.browser.conftest import SHOWN

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

BOX = "[data-why-box]"
KEPT = "localStorage.getItem('qiwu_consent')"
SHIFTS = (
    "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach("
    "e => { window.shifts += e.value })).observe({type: 'layout-shift', buffered: true})"
)
CASES = [
    ({"reason": "SPLIT"}, "by chance", "random number"),
    ({"reason": "EXPLORATION", "policy": "thompson"}, "choosing brings anything", "random number"),
    ({"reason": "SPLIT", "policy": "thompson"}, "clicked more often lately", "everybody clicked"),
    ({"reason": "TARGETING_MATCH", "segment": "likes-shoes"}, "looked at shoes", "looked at"),
    ({"reason": "TARGETING_MATCH", "segment": "likes-kitchen"}, "kitchen", "looked at"),
    ({"reason": "TARGETING_MATCH", "segment": "new-here"}, "a group of visitors", "looked at"),
    ({"reason": "NO_CONSENT"}, "has not allowed us to count", "nothing about you"),
    ({"reason": "NOT_IN_TRAFFIC"}, "left you out", "random number"),
    ({"reason": "NOT_TARGETED"}, "do not belong", "looked at"),
    ({"reason": "HOLDOUT"}, "small group", "random number"),
    ({"reason": "NO_EXPERIMENT"}, "everybody sees it", "nothing about you"),
    ({"reason": "PAUSED"}, "paused", "nothing about you"),
    ({"reason": "CAPPED"}, "often enough", "was shown to it"),
    ({"reason": "DEFAULT"}, "could not look up in time", "nothing about you"),
    ({"reason": "FORCED"}, "asked for exactly this one", "nothing about you"),
    ({"reason": "SOMETHING_NEW"}, "no words for yet", "random number"),
]


@pytest.fixture
def granted(page):
    page.add_init_script(
        "localStorage.getItem('qiwu_consent') || localStorage.setItem('qiwu_consent', 'granted')"
    )
    return page


def _open(page):
    page.click(".place-home-hero [data-why]")
    return page.locator(BOX)


def test_why__every_reason__has_its_words(shop, granted, visit):
    visit(shop.home)
    for decision, words, used in CASES:
        granted.evaluate(
            "d => document.querySelector('[data-banner-lab]').dispatchEvent("
            "new CustomEvent('bannerlab:shown', {bubbles: true, detail: d}))",
            decision,
        )
        box = _open(granted)
        assert words in box.locator("[data-why-reason]").inner_text(), decision
        assert used in box.locator("[data-why-used]").inner_text(), decision
        granted.keyboard.press("Escape")
        assert not box.is_visible()


def test_why__banner_shown__question_appears_and_moves_nothing(shop, granted, visit):
    granted.add_init_script(SHIFTS)
    visit(shop.home)
    box = _open(granted)
    assert "you were put in one group by chance" in box.inner_text()
    assert box.get_by_role("link").count() == 0  # the steps are for the site's own people
    granted.keyboard.press("Escape")
    assert granted.evaluate("'why' in document.activeElement.dataset")
    assert granted.evaluate("window.shifts") == 0


def test_why__opted_out__not_personalised_any_more_and_back(shop, granted, visit):
    visit(shop.home)
    box = _open(granted)
    asked = []
    granted.on("request", lambda r: asked.append(r.post_data) if "/decide" in r.url else None)
    box.get_by_role("button", name="Do not personalise for me").click()
    assert "Thank you" in box.get_by_role("status").inner_text()
    assert granted.evaluate(KEPT) == "counted"
    granted.wait_for_selector(SHOWN)
    granted.keyboard.press("Escape")
    granted.reload()
    granted.wait_for_selector(".place-home-hero [data-why]")
    box = _open(granted)
    assert box.get_by_role("button", name="Do not personalise").count() == 0
    box.get_by_role("button", name="Personalise again").click()
    assert granted.evaluate(KEPT) == "granted"

    def said():
        return [json.loads(one)["consent"]["personalisation"] for one in asked]

    end = time.monotonic() + 5
    while not said()[-1] and time.monotonic() < end:
        granted.wait_for_timeout(100)  # the question waits until the new word has arrived
    assert (said()[0], said()[-1]) == (False, True)


def test_why__nothing_said_yet__offers_the_choices(shop, page, visit):
    visit(shop.home)
    box = _open(page)
    assert "has not allowed us to count" in box.inner_text()
    box.get_by_role("button", name="Privacy choices").click()
    assert not box.is_visible()
    assert page.evaluate("document.activeElement.dataset.consentGive") == "granted"


def test_why__browser_objects__says_so_and_offers_nothing(shop, granted, visit):
    granted.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"
    )
    visit(shop.home)
    box = _open(granted)
    assert "Your browser itself asks not to be personalised" in box.inner_text()
    assert box.locator("[data-why-set]:visible").count() == 0
