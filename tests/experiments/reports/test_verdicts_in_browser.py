"""Every verdict in both languages and themes, on a desk and on a phone, read by axe and a ruler."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from experiments import deciding
from experiments.deciding import Decision
from experiments.models import Status
from tests.experiments.reports import handmade
from tests.experiments.reports.handmade import STORIES
from tests.factories import NOW, a_site, a_user, an_experiment
from workspace.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"phone": (390, 844), "desktop": (1366, 768)}
"""In this order: charts drawn for a phone fit a desk at once, the other way a moment later."""
LANGUAGES = {"en": "en-US", "zh-hans": "zh-CN"}
FIRST_LOOK = 600
"""Pixels in which a manager finds the verdict, its range and what to do."""
FIRST_SEEN = tuple(
    f"#verdict {part}"
    for part in (".verdict-word", ".verdict-headline", ".verdict-range", "a.btn-primary")
)
FADED = 250
"""Milliseconds after which no colour is on its way from one theme to the other any more."""
AXE = Axe()
PICTURES = os.environ.get("LAB_SCREENSHOTS")
"""A folder for screenshots, for whoever wants to look."""


@pytest.fixture
def shop(live_server):
    """A shop with one experiment per verdict; somebody to read them, logged in once."""
    site = a_site()
    manager = a_user("manager", role=Role.MANAGER, site=site)
    for kind in STORIES:
        experiment = an_experiment(
            site, kind.replace("_", "-"), status=Status.RUNNING, traffic_share=10, at=handmade.START
        )
        handmade.kept(kind, experiment)
    decided = an_experiment(site, "decided", status=Status.STOPPED, traffic_share=10)
    handmade.kept("keep_control", decided)
    against = "B fits the season, and its loss is small."
    decision = Decision("b", "It is warmer.", against, "Warm light works.", "iterate", ("light",))
    deciding.decide(decided, decision, actor=manager, now=NOW)
    return live_server.url


def media(route) -> None:
    # The data plane, which serves these, does not run here.
    route.fulfill(path=Path(settings.MEDIA_ROOT) / route.request.url.rsplit("/", 1)[1])


def logged_in(chromium, shop, language):
    """A browser context of a person who reads one language."""
    context = chromium.new_context(locale=LANGUAGES[language])
    context.route(f"{settings.DELIVERY_URL}/media/**", media)
    context.add_cookies([{"name": "django_language", "value": language, "url": shop}])
    page = context.new_page()
    page.goto(f"{shop}/s/shop/experiments/use/")
    page.fill("[name=login]", "manager")
    page.fill("[name=password]", "pass-12345")
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#verdict")
    return page


def bottom(page, selector) -> float:
    box = page.locator(selector).first.bounding_box()
    return box["y"] + box["height"]


def misplaced(page, size) -> list[str]:
    """What a manager does not find at first look, and what is wider than the screen."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    here = (one for one in FIRST_SEEN if page.locator(one).count())
    low = [f"{one} is too low" for one in here if bottom(page, one) > FIRST_LOOK]
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [*low, "wider than the screen"] if wide else low


def violations(page, part: str = "#results") -> list[str]:
    """What axe finds in a part of the page; the frame around it has tests of its own."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    run = "part => axe.run(part, {resultTypes: ['violations']}).then(it => it.violations)"
    found = page.evaluate(run, part)
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def picture(page, *words) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{'-'.join(words)}.png", full_page=True)


@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.nightly)])
def test_verdicts__all__first_look_and_nothing_that_axe_complains_of(chromium, shop, language):
    page, wrong = logged_in(chromium, shop, language), []
    for key in [*(kind.replace("_", "-") for kind in STORIES), "decided"]:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{shop}/s/shop/experiments/{key}/")
        for details in page.locator(".results > details > summary").all():
            details.click()
        for size in SIZES:
            wrong += [f"{key} {size}: {one}" for one in misplaced(page, size)]
        for theme in ("light", "dark"):
            page.evaluate(f"document.documentElement.setAttribute('data-bs-theme', '{theme}')")
            page.wait_for_timeout(FADED)
            wrong += [f"{key} {theme} {one}" for one in violations(page)]
            picture(page, key, language, theme)
    page.context.close()
    assert not wrong, "\n".join(wrong)


def test_deciding__against_the_report__the_question_appears_with_the_choice(chromium, shop):
    page = logged_in(chromium, shop, "en")
    page.goto(f"{shop}/s/shop/experiments/keep-control/decide/")
    assert page.locator("input[value=a]").is_checked()
    assert not page.locator(".against").is_visible()
    page.locator("input[value=b]").check()
    assert page.locator(".against").is_visible()
    assert violations(page, "main") == []
    picture(page, "decide-against")
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "decide-against-phone")
    page.goto(f"{shop}/s/shop/experiments/no-difference/decide/")
    assert page.locator("input[name=variant]:checked").count() == 0
    page.context.close()
