"""The shop with a real data plane and a real browser, as the tests of the tag have them."""

import time

import pytest
from django.utils import timezone
from playwright.sync_api import TimeoutError as TooLate

from creatives import placements
from creatives.models import Placement
from experiments import publishing
from tests.plane import until_published
from tests.tag.conftest import (  # noqa: F401 - fixtures
    complaints,
    context,
    page,
    shop,
    standing,
    storefront,
)
from workspace.models import Site

SLOTS = (
    ("promotion-hero", 1200, 400),
    ("clearance-hero", 1200, 400),
    ("product-strip", 970, 250),
    ("category-side", 300, 600),
    ("search-box", 300, 250),
)
SHOWN = '[data-banner-lab="home-hero"] picture img'


@pytest.fixture(autouse=True)
def state():
    """The shop that stands for all tests of a module keeps the credentials it was seeded with."""


@pytest.fixture(scope="module", autouse=True)
def slots(standing, django_db_blocker):
    """A place for every slot of the shop, as far as the seed has not made one."""
    with django_db_blocker.unblock():
        site, now = Site.objects.get(key="demo"), timezone.now()
        known = set(Placement.objects.filter(site=site).values_list("key", flat=True))
        for key, width, height in SLOTS:
            if key not in known:
                place = Placement(
                    site=site, key=key, name=key, width=width, height=height, layer=key
                )
                placements.create(place, actor=None, now=now)
        publishing.publish_if_changed(now=now)
        until_published(standing.plane)


@pytest.fixture
def visit(page):
    """Open the home page and see a banner; on a busy machine the first answer may come late."""

    def visit(address):
        page.goto(address)
        for _ in range(6):
            try:
                return page.wait_for_selector(SHOWN, timeout=2_500)
            except TooLate:
                page.reload()
        raise AssertionError("no banner came")

    return visit


@pytest.fixture
def logged(shop):
    """Waits for events of a type to reach the log; all of them, in their order."""

    def logged(kind, count=1, seconds=8):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = list(shop.events.filter(kind=kind).order_by("seq"))
            if len(found) >= count:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{kind}: {len(found)} of {count}")

    return logged
