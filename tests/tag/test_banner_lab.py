"""The tag in a real browser, in the demo shop and on pages of our own."""

import gzip
import time
import uuid

import pytest

from tests.tag.storefront import DENY, GRANT, SHOWN, SLOT, embed, until, visit
from tests.test_house_rules import ROOT

TAG = ROOT / "static" / "tag" / "banner-lab.js"
LIMIT = 4_000
PATIENT = 30  # on a busy machine a write may first go to the spool; what is lost never comes
DEFAULT = '[data-banner-lab="home-hero"] img[src*="hero-welcome"]'
WATCH_SHIFTS = (
    "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach("
    "e => { window.shifts += e.value })).observe({type: 'layout-shift', buffered: true})"
)


def test_tag__compressed__within_its_limit():
    assert len(gzip.compress(TAG.read_bytes(), 9)) <= LIMIT


def test_tag__source__no_cookies_and_no_markup_from_strings():
    source = TAG.read_text()
    for forbidden in ("document.cookie", "innerHTML", "insertAdjacentHTML", "eval(", "cssText"):
        assert forbidden not in source


pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]
browser = pytest.mark.browser


@browser
def test_tag__consent_given__renders_reports_and_follows_the_click(shop, page):
    page.add_init_script(GRANT)
    page.add_init_script(WATCH_SHIFTS)
    visit(page, shop.home)
    assert until(lambda: ["impression", "viewable"] in shop.stories, PATIENT), shop.stories
    assert page.evaluate("window.shifts") == 0
    page.click(SHOWN)
    page.wait_for_url(lambda url: url != shop.home)
    assert "/demo/" in page.url
    whole = ["click", "impression", "viewable"]
    assert until(lambda: whole in shop.stories, PATIENT), shop.stories
    assert sum("click" in story for story in shop.stories) == 1
    assert set(shop.events.values_list("mark", flat=True)) == {""}


@browser
def test_tag__same_visitor_again__same_banner_and_same_unit(shop, page):
    page.add_init_script(GRANT)
    visit(page, shop.home)
    first = page.get_attribute(SHOWN, "src")
    visit(page, shop.home)
    assert page.get_attribute(SHOWN, "src") == first
    until(lambda: shop.events.filter(kind="impression").count() == 2)
    assert shop.events.filter(kind="impression").values("unit").distinct().count() == 1


@browser
@pytest.mark.parametrize("choice", ["", DENY])
def test_tag__no_consent__nothing_stored_nothing_counted(shop, page, context, choice):
    time.sleep(1.5)  # what the page of the test before still had to say
    asked, told, before = [], [], shop.events.count()
    page.on("request", lambda r: asked.append(r.post_data) if "/decide" in r.url else None)
    page.on("request", lambda r: told.append(r.post_data) if "/events" in r.url else None)
    if choice:
        page.add_init_script(choice)
    visit(page, shop.home)  # the placement's default creative, without a token
    time.sleep(1.5)
    assert "user_id" not in asked[0]
    assert "session_id" not in asked[0]
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert [key for key in kept if key.startswith("banner_lab")] == []
    assert {c["name"] for c in context.cookies()} <= {"csrftoken"}  # the shop's own, for its forms
    assert (told, shop.events.count()) == ([], before)


@browser
def test_tag__consent_given_and_taken_back__banner_then_nothing_left(shop, page):
    page.goto(shop.home)
    page.click("[data-consent-give=granted]")
    assert until(lambda: page.evaluate("localStorage.getItem('banner_lab')"))
    visit(page, shop.home)
    assert until(lambda: "impression" in shop.kinds)
    page.click("[data-consent-again]")
    page.click("[data-consent-give=denied]")
    assert page.evaluate("localStorage.getItem('banner_lab')") is None
    assert page.evaluate("sessionStorage.getItem('banner_lab')") is None


@browser
@pytest.mark.parametrize("part", ["/api/**", "/tag/**", "/media/**"])
def test_tag__blocked__default_stays(shop, context, part):
    page = context.new_page()  # a blocked request is an error in the console, as it should be
    page.add_init_script(GRANT)
    page.add_init_script(WATCH_SHIFTS)
    page.route(f"{shop.plane}{part}", lambda route: route.abort())
    page.goto(shop.home)
    time.sleep(1.0)
    assert page.is_visible(DEFAULT)
    assert page.evaluate("document.querySelector('[data-banner-lab] img').naturalWidth") > 0
    assert page.evaluate("window.shifts") == 0


@browser
def test_tag__slow_answer__default_stays(shop, context):
    page = context.new_page()

    def late(route):
        time.sleep(0.6)
        route.continue_()

    page.add_init_script(GRANT)
    page.route(f"{shop.plane}/api/v1/decide", late)
    page.goto(shop.home)
    time.sleep(1.5)
    assert page.is_visible(DEFAULT)
    assert shop.kinds == []


@browser
def test_tag__no_javascript__default_leads_somewhere(shop, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shop.home)
    assert page.is_visible(DEFAULT)
    page.click(DEFAULT)
    assert page.url.endswith("/demo/c/home/")
    context.close()


@browser
def test_tag__user_of_the_shop__no_id_stored_and_purchase_tracked(shop, page, open_page):
    open_page(f"{embed(shop, user='u-42')}{SLOT}")
    page.wait_for_selector(SHOWN)
    order = "{order_id: 'o-7', amount: 12990, currency: 'CNY', properties: {items: 2}}"
    name = page.evaluate(f"bannerLab.track('purchase', {order})")
    assert uuid.UUID(name).version == 7
    assert until(lambda: shop.events.filter(kind="purchase", amount=12990, order_id="o-7"))
    assert len(set(shop.events.values_list("unit", flat=True))) == 1
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@browser
def test_tag__slot_added_later__filled_with_one_question(shop, page, open_page):
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "/decide" in r.url else None)
    cart = '<div data-banner-lab="cart-strip" data-width="728" data-height="90"></div>'
    open_page(f"{embed(shop, user='u-1')}<main>{SLOT}{cart}</main>")
    page.wait_for_selector(SHOWN)
    page.wait_for_selector('[data-banner-lab="cart-strip"] img')
    assert len(asked) == 1
    page.evaluate(
        "() => { const slot = document.createElement('div');"
        "slot.dataset.bannerLab = 'category-strip'; document.querySelector('main').append(slot) }"
    )
    page.wait_for_selector('[data-banner-lab="category-strip"] img')
    assert len(asked) == 2
    page.evaluate("bannerLab.refresh()")
    assert until(lambda: len(asked) == 3)


@browser
def test_tag__below_the_fold__viewable_only_when_half_is_seen_for_a_second(shop, page, open_page):
    space = '<canvas width="10" height="3000"></canvas>'
    open_page(f"{embed(shop, user='u-1')}{space}{SLOT}")
    page.wait_for_selector(SHOWN)
    assert until(lambda: shop.kinds == ["impression"]), shop.kinds
    page.evaluate("scrollTo(0, 3000)")
    time.sleep(0.4)
    page.evaluate("scrollTo(0, 0)")
    time.sleep(2.2)
    assert shop.kinds == ["impression"]
    page.evaluate("scrollTo(0, 3000)")
    assert until(lambda: shop.kinds == ["impression", "viewable"])


@browser
def test_tag__commands_before_it_loads__kept_and_carried_out(shop, page, open_page):
    page.add_init_script(
        "window.bannerLab = {user: 'u-9', q: [['track', 'add_to_cart', {amount: 100, currency:"
        " 'CNY'}]], onDone: decisions => { window.done = Object.keys(decisions) }}"
    )
    open_page(f"{embed(shop)}{SLOT}")
    assert until(lambda: page.evaluate("window.done")) == ["home-hero"]
    assert until(lambda: shop.events.filter(kind="add_to_cart", amount=100).exists())


@browser
def test_tag__page_left_at_once__beacon_still_brings_the_impression(shop, page):
    page.add_init_script(GRANT)
    visit(page, shop.home)
    page.goto(f"{shop.origin}/static/demo/mark.svg")
    assert until(lambda: "impression" in shop.kinds)


@browser
def test_shop__bought_after_the_banner__cart_and_order_are_counted(shop, page):
    page.add_init_script(GRANT)
    visit(page, shop.home)
    page.click('form[data-cart="kettle"] button')
    page.wait_for_url("**/demo/cart/")
    page.click('form[action$="/checkout/"] button')
    page.wait_for_selector("[data-order]")
    wanted = {"add_to_cart", "purchase", "impression"}
    assert until(lambda: wanted <= set(shop.events.values_list("kind", flat=True)))
    assert shop.events.get(kind="purchase").amount == 28_400
    assert shop.events.values("unit").distinct().count() == 1
