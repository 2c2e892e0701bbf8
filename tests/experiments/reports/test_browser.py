"""The results page in a real browser: read in ten seconds, drawn without a complaint."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from banner_lab.stack.processes import wait_until
from experiments.reports import refresh
from tests.experiments.reports.policies import BETTER, a_choosing_experiment
from tests.experiments.reports.states import DAY, an_arm
from tests.experiments.reports.test_page import an_experiment_with
from tests.factories import a_site, a_user
from workspace.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
FIRST_LOOK = 600
"""Pixels in which a manager finds the verdict, its range and what to do."""


@pytest.fixture
def path(live_server):
    """Address of a report that says `use`, with a manager to read it."""
    a_user("manager", role=Role.MANAGER, site=a_site())
    now = timezone.now()
    arms = an_arm(18_400), an_arm(18_424, ctr=0.107)
    experiment = an_experiment_with(*arms, at=now - 15 * DAY, key="hero")
    refresh.refresh(experiment, now=now, rolled=True)
    return f"{live_server.url}/s/shop/experiments/hero/"


def serve_media(route) -> None:
    # The data plane, which serves these, does not run here.
    route.fulfill(path=Path(settings.MEDIA_ROOT) / route.request.url.rsplit("/", 1)[1])


def open_page(chromium, path, *, size, theme, complaints):
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale="en-US"
    )
    context.route(f"{settings.DELIVERY_URL}/media/**", serve_media)
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.goto(path)
    page.fill("[name=login]", "manager")
    page.fill("[name=password]", "pass-12345")
    page.press("[name=password]", "Enter")
    page.wait_for_selector(".chart-drawn")
    return page


def bottom(page, selector) -> float:
    box = page.locator(selector).bounding_box()
    return box["y"] + box["height"]


def test_results__in_chromium__verdict_first_and_not_one_complaint(chromium, path):
    complaints: list[str] = []
    for size in SIZES:
        for theme in ("light", "dark"):
            page = open_page(chromium, path, size=size, theme=theme, complaints=complaints)
            for selector in (
                ".verdict-word",
                ".verdict-headline",
                ".verdict-range",
                "a.btn-primary",
            ):
                assert bottom(page, f"#verdict {selector}") <= FIRST_LOOK, (size, selector)
            assert page.locator(".chart .main-svg").count() >= 2
            assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
            page.locator(".chart").first.hover()
            page.locator(".chart-data summary").first.click()
            assert page.locator(".chart-data table").first.is_visible()
            page.context.close()
    assert complaints == []


@pytest.mark.parametrize("policy", ["thompson", "rules"])
def test_policy__in_chromium__sides_shares_and_not_one_complaint(chromium, live_server, policy):
    a_user("manager", role=Role.MANAGER, site=a_site())
    now = timezone.now()
    experiment = a_choosing_experiment(*BETTER, policy=policy, at=now - 15 * DAY, key="chosen")
    refresh.refresh(experiment, now=now, rolled=True)
    path = f"{live_server.url}/s/shop/experiments/chosen/"
    complaints: list[str] = []
    for size in SIZES:
        for theme in ("light", "dark"):
            page = open_page(chromium, path, size=size, theme=theme, complaints=complaints)
            assert bottom(page, "#verdict .verdict-headline") <= FIRST_LOOK
            assert page.locator(".chart .main-svg").count() >= 3
            assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
            table = page.locator(".shares-region")
            assert table.evaluate("it => it.scrollWidth <= it.clientWidth"), size
            page.context.close()
    assert complaints == []


def test_results__theme_switched__charts_take_its_colours(chromium, path):
    complaints: list[str] = []
    page = open_page(chromium, path, size="desktop", theme="light", complaints=complaints)
    colour = "document.querySelector('.chart .scatterlayer .point').style.fill"
    light = page.evaluate(colour)
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    assert wait_until(lambda: page.evaluate(f"{colour} !== {light!r}"), seconds=30)
    assert complaints == []
