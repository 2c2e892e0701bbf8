"""The tag on slow networks, slow machines and pages that never load anew: the shop comes first."""

import json
import time

import pytest

from tests.tag.storefront import GRANT, SHOWN, SLOT, embed, until, visit
from tests.tag.test_banner_lab import DEFAULT, PATIENT, WATCH_SHIFTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]
SLOW = {"offline": False, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
STRIP = '<div data-banner-lab="cart-strip" data-width="728" data-height="90"><i>default</i></div>'
IMPATIENT = 'data-timeout="9000"'


def devtools(page):
    """The network and the machine of a visitor, as Chromium's own tools slow them down."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    return session


def throttle(page, *, latency=0, cpu=1):
    session = devtools(page)
    session.send("Network.emulateNetworkConditions", SLOW | {"latency": latency})
    session.send("Emulation.setCPUThrottlingRate", {"rate": cpu})


def heard(page, requests, number):
    """Whether the browser has told of so many; it tells only while it is asked something."""
    for _ in range(80):
        if len(requests) >= number:
            return True
        page.wait_for_timeout(100)
    return False


def impatient(shop, **data):
    """The script with its own patience of 300 ms."""
    return embed(shop, **data).replace(IMPATIENT, "")


def test_late_answer__of_300_ms__default_stays_and_it_is_reported(shop, page, open_page):
    page.add_init_script(WATCH_SHIFTS)
    throttle(page, latency=700)
    open_page(f"{impatient(shop, user='u-late')}{SLOT}{STRIP}")
    late = shop.events.filter(kind="custom:late")
    assert until(late.exists, PATIENT)
    told = late.get().properties
    told = json.loads(told) if isinstance(told, str) else told
    assert told == {"placements": ["home-hero", "cart-strip"]}
    assert page.inner_text('[data-banner-lab="home-hero"]') == "default"
    assert page.evaluate("window.shifts") == 0
    assert shop.kinds == []


def test_late_answer__nobody_may_be_counted__default_stays_and_nothing_is_told(
    shop, page, open_page
):
    throttle(page, latency=700)
    told = []
    page.on("request", lambda r: told.append(r.url) if "/events" in r.url else None)
    page.add_init_script("addEventListener('bannerlab:done', () => { window.done = true }, true)")
    open_page(f"{impatient(shop)}{SLOT}")
    assert until(lambda: page.evaluate("window.done"))
    page.wait_for_timeout(300)
    assert (page.inner_text("[data-banner-lab]"), told) == ("default", [])


def test_slow_machine_and_network__banner_comes__nothing_moves(shop, page):
    page.add_init_script(GRANT)
    page.add_init_script(WATCH_SHIFTS)
    throttle(page, latency=20, cpu=4)
    visit(page, shop.home)
    # To two places, as layout shift is reported; a sub-pixel of a late font is none.
    assert round(page.evaluate("window.shifts"), 2) == 0


def test_default__before_the_answer__is_in_the_page_and_painted(shop, page, open_page):
    throttle(page, latency=400)
    open_page(f"{embed(shop, user='u-1')}{SLOT}")
    assert page.inner_text("[data-banner-lab]") == "default"
    page.wait_for_selector(SHOWN)


def test_offline__after_the_page_came__banner_stays_and_events_wait(shop, context):
    page = context.new_page()  # a request that fails is an error in the console, as it should be
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.add_init_script(GRANT)
    visit(page, shop.home)
    shown = page.get_attribute(SHOWN, "src")
    context.set_offline(True)
    page.evaluate("bannerLab.refresh()")
    page.evaluate("bannerLab.track('search', {properties: {query: 'kettle'}})")
    time.sleep(0.5)
    assert (page.get_attribute(SHOWN, "src"), broken) == (shown, [])
    context.set_offline(False)
    assert until(shop.events.filter(kind="search").exists, PATIENT)


def test_hidden_tab__picture_in_view__is_not_viewable_until_it_is_looked_at(shop, page, open_page):
    page.add_init_script(
        "let gone = true; Object.defineProperty(document, 'hidden', {get: () => gone});"
        "window.look = () => { gone = false;"
        " document.dispatchEvent(new Event('visibilitychange')) }"
    )
    open_page(f"{embed(shop, user='u-1')}{SLOT}")
    page.wait_for_selector(SHOWN)
    assert until(lambda: shop.kinds == ["impression"], PATIENT), shop.kinds
    time.sleep(1.5)
    assert shop.kinds == ["impression"]
    page.evaluate("look()")
    assert until(lambda: shop.kinds == ["impression", "viewable"], PATIENT), shop.kinds


def test_several_banners__shown_together__go_out_in_one_request(shop, page, open_page):
    told = []
    page.on("request", lambda r: told.append(r.post_data) if "/events" in r.url else None)
    open_page(f"{embed(shop, user='u-1')}{SLOT}{STRIP}")
    page.wait_for_selector(SHOWN)
    page.wait_for_selector('[data-banner-lab="cart-strip"] img')
    assert heard(page, told, 1)
    kinds = [event["type"] for event in json.loads(told[0])["events"]]
    assert kinds == ["impression", "impression"]


ROUTE = """path => { history.pushState({}, '', path);
  document.querySelector('main').replaceChildren(document.createElement('h1')) }"""


def test_single_page_shop__another_route__standing_slot_is_asked_for_anew(shop, page, open_page):
    asked = []
    page.on("request", lambda r: asked.append(r.post_data) if "/decide" in r.url else None)
    open_page(f"{embed(shop, user='u-1')}{SLOT}<main></main>")
    page.wait_for_selector(SHOWN)
    page.evaluate(ROUTE, "/c/shoes/")
    assert heard(page, asked, 2)
    assert json.loads(asked[1])["page"]["url"].endswith("/c/shoes/")
    page.evaluate("document.querySelector('main').append('more')")  # no other route
    page.evaluate(ROUTE.replace("pushState", "replaceState"), "/c/shoes/?page=2")
    page.wait_for_timeout(400)
    assert len(asked) == 2


def test_single_page_shop__element_used_again__its_new_placement_is_asked_for(
    shop, page, open_page
):
    open_page(f"{embed(shop, user='u-1')}{SLOT}")
    before = page.wait_for_selector(SHOWN).get_attribute("src")
    page.evaluate(
        "document.querySelector('[data-banner-lab]').dataset.bannerLab = 'category-strip'"
    )
    there = '[data-banner-lab="category-strip"] img'
    assert until(lambda: page.get_attribute(there, "src") not in {None, before})


def test_route_and_refresh_by_the_shop__together__one_question(shop, page, open_page):
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "/decide" in r.url else None)
    open_page(f"{embed(shop, user='u-1')}{SLOT}<main></main>")
    page.wait_for_selector(SHOWN)
    page.evaluate(f"path => {{ ({ROUTE})(path); bannerLab.refresh() }}", "/cart/")
    page.wait_for_timeout(600)
    assert len(asked) == 2


def test_tag_blocked__on_the_shops_own_page__default_leads_on_and_nothing_moves(shop, context):
    page = context.new_page()
    page.add_init_script(WATCH_SHIFTS)
    page.route(f"{shop.plane}/**", lambda route: route.abort())
    page.goto(shop.home)
    assert page.is_visible(DEFAULT)
    assert page.evaluate("[typeof window.bannerLab?.refresh, window.shifts]") == ["undefined", 0]
