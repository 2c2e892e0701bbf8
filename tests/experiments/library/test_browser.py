"""The library and the rehearsal in a real browser: both themes, both widths, not one complaint."""

import datetime as dt
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from banner_lab.stack.processes import wait_until
from experiments.models import Experiment
from experiments.rehearsals.job import KIND
from experiments.rehearsals.outcome import encode
from tests import factories
from tests.experiments.library.finished import a_finished_test
from tests.experiments.rehearsals.test_outcome import GOOD
from tests.factories import NOW
from workspace.models import Job, Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FADED = 500
"""Milliseconds after which no colour is between two themes any more."""
SIZES = {"desktop": (1366, 768), "phone": (390, 844), "narrow": (320, 640)}
THEMES = ("light", "dark")
MONTH = dt.timedelta(days=30)
STORIES = (
    ("use", "A warm hero instead of a cool one", "Warm brings more clicks.", ["warm", "hero"]),
    ("use", "首页用红色大图", "红色的大图更吸引人，尤其是在手机上。", ["红色", "首页"]),
    ("keep_control", "A countdown above the cart", "Countdowns make people leave.", ["countdown"]),
    ("no_difference", "Rounded or square buttons", "Nobody notices the corners.", ["button"]),
    ("use", "Free delivery in the strip, " + "with a very long name " * 5, "", []),
)  # fmt: skip


@pytest.fixture
def address(live_server):
    """Finished tests of all sorts and a rehearsal, with a marketer to read them."""
    site = factories.a_site()
    factories.a_user("mei", role=Role.MARKETER, site=site)
    placement = factories.a_placement(site, "home-hero", name="Top of the home page")
    for number, (verdict, name, takeaways, tags) in enumerate(STORIES):
        lift = 0.07 if verdict == "use" else -0.03
        a_finished_test(
            site, f"t{number}", verdict=verdict, lifts=(lift,) * (1 + number % 3), name=name,
            takeaways=takeaways, tags=tags, at=NOW - number * MONTH, placement=placement,
        )  # fmt: skip
    imported = a_finished_test(site, "old", origin="results", decided=False, name="How to be happy")
    imported.variants.update(creative=None)
    Experiment.objects.filter(pk=imported.pk).update(placement=None)
    Job.objects.create(
        site=site, kind=KIND, subject="home-hero", status=Job.Status.DONE, finished_at=NOW,
        parameters={"placement": placement.pk, "metric": "ctr", "days": 28},
        result={"outcome": encode(GOOD)},
    )  # fmt: skip
    return f"{live_server.url}/s/shop"


def serve_media(route) -> None:
    # The data plane, which serves these, does not run here.
    route.fulfill(path=Path(settings.MEDIA_ROOT) / route.request.url.rsplit("/", 1)[1])


@pytest.fixture
def opened(chromium, address):
    """Opens a page of the site, logged in; complaints of the browser fail the test."""
    complaints, contexts = [], []

    def of(path):
        width, height = SIZES["desktop"]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="light", locale="en-US"
        )
        contexts.append(context)
        context.route(f"{settings.DELIVERY_URL}/media/**", serve_media)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.goto(address + path)
        page.fill("[name=login]", "mei")
        page.fill("[name=password]", "pass-12345")
        page.press("[name=password]", "Enter")
        page.wait_for_selector(".page-title")
        return page

    yield of
    for context in contexts:
        context.close()
    assert complaints == []


def flaws(page) -> list[str]:
    """What axe finds, in short."""
    found = Axe().run(page).response["violations"]
    return [f"{flaw['id']}: {flaw['nodes'][0]['html'][:150]}" for flaw in found]


def settled_width(page, wanted: int) -> int:
    """How wide the page is; a chart follows the window a moment later."""
    for _again in range(50):
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide == wanted:
            break
        page.wait_for_timeout(100)
    return wide


def kept(page, name) -> None:
    """A screenshot where somebody wants to look at one."""
    folder = os.environ.get("LAB_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


PAGES = {
    "library": "/library/",
    "found": "/library/?search=red&tag=首页",
    "missed": "/library/?search=zebra",
    "learnings": "/experiments/t1/learnings/?from=library",
    "history": "/experiments/t1/history/",
    "rehearsal": "/rehearsal/",
    "home": "/",
}


# Each pair of a page, a size and a theme with every commit; all three together by night.
LOOKS = [
    pytest.param(
        name,
        [
            (theme, size)
            for t, theme in enumerate(THEMES)
            for s, size in enumerate(SIZES)
            if (p + t + s) % 2 == rest
        ],
        marks=pytest.mark.nightly if rest else (),
        id=f"{name}-{'others' if rest else 'some'}",
    )
    for p, name in enumerate(PAGES)
    for rest in (0, 1)
]


@pytest.mark.parametrize(("name", "looks"), LOOKS)
def test_page__any_size_and_theme__no_flaw_and_no_sideways_scroll(opened, name, looks):
    page, shown = opened(PAGES[name]), None
    for theme, size in looks:
        if theme != shown:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(FADED)
            shown = theme
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        if name in {"library", "rehearsal"}:
            page.wait_for_selector(".chart-drawn .main-svg")
        assert settled_width(page, width) == width, size
        kept(page, f"{name}-{size}-{theme}")
        assert flaws(page) == [], (size, theme)


def test_search__typed__cards_and_address_follow(opened):
    page = opened("/library/")
    assert wait_until(lambda: page.evaluate("Boolean(window.htmx)"), seconds=15)
    page.locator("[name=search]").press_sequentially("我们以前试过红色吗？")
    page.wait_for_selector("#cards >> text=1 test")
    assert page.locator(".learned").count() == 1
    assert "search=" in page.url
    page.go_back()
    page.wait_for_selector("text=A countdown above the cart")
    page.click(".status-chips >> text=countdown")
    page.wait_for_selector(".found >> text=1 test")
    assert "tag=countdown" in page.url


def test_learnings__written__on_the_card(opened):
    page = opened("/library/")
    page.click(".learned:has-text('Rounded or square') .learned-edit")
    page.fill("[name=takeaways]", "Corners are a matter of taste.")
    page.fill("[name=tags]", "Corner，按钮")
    page.click("text=Save")
    page.wait_for_selector(".learned >> text=Corners are a matter of taste.")
    assert page.locator(".learned-tags >> text=按钮").count() == 1
