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

SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
LANGUAGES = {"en": "en-US", "zh-hans": "zh-CN"}
FIRST_LOOK = 600
"""Pixels in which a manager finds the verdict, its range and what to do."""
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
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", "pass-12345")
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#verdict")
    return page


def bottom(page, selector) -> float:
    box = page.locator(selector).first.bounding_box()
    return box["y"] + box["height"]


def violations(page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def picture(page, *words) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{'-'.join(words)}.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_verdicts__all__first_look_and_nothing_that_axe_complains_of(chromium, shop, language):
    page, wrong = logged_in(chromium, shop, language), []
    for key in [*(kind.replace("_", "-") for kind in STORIES), "decided"]:
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{shop}/s/shop/experiments/{key}/")
        for details in page.locator(".results > details > summary").all():
            details.click()
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            wrong += [
                f"{key} {size}: {selector} is too low"
                for selector in ("#verdict .verdict-word", "#verdict .verdict-headline")
                if bottom(page, selector) > FIRST_LOOK
            ]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{key} {size}: wider than the screen")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.evaluate(f"document.documentElement.setAttribute('data-bs-theme', '{theme}')")
            wrong += [f"{key} {theme} {one}" for one in violations(page)]
            picture(page, key, language, theme, "phone")
        if PICTURES:
            page.set_viewport_size({"width": 1366, "height": 768})
            picture(page, key, language, "dark", "desktop")
    page.context.close()
    assert wrong == []


def test_deciding__against_the_report__the_question_appears_with_the_choice(chromium, shop):
    page = logged_in(chromium, shop, "en")
    page.goto(f"{shop}/s/shop/experiments/keep-control/decide/")
    assert page.locator("input[value=a]").is_checked()
    assert not page.locator(".against").is_visible()
    page.locator("input[value=b]").check()
    assert page.locator(".against").is_visible()
    assert violations(page) == []
    picture(page, "decide-against")
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "decide-against-phone")
    page.goto(f"{shop}/s/shop/experiments/no-difference/decide/")
    assert page.locator("input[name=variant]:checked").count() == 0
    page.context.close()
