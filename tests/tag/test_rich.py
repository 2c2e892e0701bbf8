"""What is no picture, through the tag: composed banners and films, and the studio's preview."""

import gzip
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import TimeoutError as TooLate

from creatives.models import Creative
from experiments import publishing
from experiments.models import Variant
from tests.tag.richness import (
    AT,
    INSIDE,
    SIZES,
    a_film,
    a_session,
    a_test_of_a_carousel,
    place,
    share_different,
    shot,
    slot,
    who_gets,
)
from tests.tag.storefront import embed, until
from tests.test_house_rules import ROOT
from workspace.models import Site

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]
RICH = ROOT / "static" / "tag" / "banner-lab-rich.js"
PATIENT = 30
MOST_DIFFERENT = 0.001
WATCH_SHIFTS = (
    "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach("
    "e => { window.shifts += e.value })).observe({type: 'layout-shift', buffered: true})"
)
COUNT_ROUNDS = (
    "window.rounds = 0; document.addEventListener('ended', () => { window.rounds += 1 }, true)"
)
SHADOW = "document.querySelector('[data-banner-lab] a > div')?.shadowRoot"
KEPT = "document.querySelector('[data-banner-lab] b')?.textContent"


def test_rich__compressed__small():
    assert len(gzip.compress(RICH.read_bytes(), 9)) <= 2_900


@pytest.fixture(scope="module")
def rich(standing, django_db_blocker):
    """Placements whose defaults are a composed banner and a film; the session of a member."""
    with django_db_blocker.unblock():
        now, site = timezone.now(), Site.objects.get(key="demo")
        banner = Creative.objects.get(site=site, key="studio-trail")
        place(site, "rich-html", 970, 250, fallback=banner, now=now)
        place(
            site,
            "rich-film",
            320,
            180,
            fallback=a_film(site, banner.live.landing_url, now),
            now=now,
        )
        a_test_of_a_carousel(site, now)
        publishing.publish_if_changed(now=now)
        return a_session()


@pytest.fixture
def shown(rich, shop, page, storefront, complaints):
    """Open a page of somebody else's shop with a slot, under a policy without inline styles."""
    storefront.policy = (
        f"default-src 'none'; script-src {shop.plane}; connect-src {shop.plane}; "
        f"img-src data: {shop.plane}; media-src {shop.plane}"
    )

    def shown(key, width, height, *, lang="en", user="u-77", **said):
        storefront.html = (
            f'<!doctype html><html lang="{lang}"><link rel="icon" href="data:,">'
            f"{embed(shop, user=user, **said)}{slot(key, width, height)}"
        )
        deadline = time.monotonic() + PATIENT
        while time.monotonic() < deadline:  # until the data plane knows the placement
            page.goto(storefront.origin)
            try:
                page.wait_for_selector("[data-banner-lab] a", timeout=3_000)
            except TooLate:
                continue
            return page
        raise AssertionError("no banner came")

    return shown


def test_composed__in_a_shop__shadow_root_with_style_counted_and_nothing_moves(shown, shop, page):
    page.add_init_script(WATCH_SHIFTS)
    shown("rich-html", 970, 250)
    assert "Grip for every early morning" in page.evaluate(f"{SHADOW}.textContent")
    ground = f"getComputedStyle({SHADOW}.firstElementChild).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 32, 58)"
    assert page.evaluate("document.querySelector('[data-banner-lab]').offsetHeight") > 100
    assert page.evaluate("document.querySelector('[data-banner-lab] a').href").endswith("/c/shoes/")
    assert until(lambda: ["impression", "viewable"] in shop.stories, PATIENT), shop.stories
    assert page.evaluate("window.shifts") == 0


def test_composed__chinese_page__chinese_words(shown, page):
    shown("rich-html", 970, 250, lang="zh-CN")
    assert "每个清晨" in page.evaluate(f"{SHADOW}.textContent")
    assert page.evaluate(f"{SHADOW}.firstElementChild.lang") == "zh-Hans"


@pytest.mark.parametrize("part", ["/tag/banner-lab-rich.js*", "/media/*.css"])
def test_composed__part_blocked__default_stays(shown, shop, context, storefront, part):
    shown("rich-html", 970, 250)
    blocked = context.new_page()  # a blocked request is an error in the console, as it should be
    blocked.route(f"{shop.plane}{part}", lambda route: route.abort())
    blocked.goto(storefront.origin)
    time.sleep(1.5)
    assert blocked.evaluate(KEPT) == "default"
    blocked.close()


def test_film__in_a_shop__three_times_without_sound_under_its_poster(shown, page):
    page.add_init_script(COUNT_ROUNDS)
    shown("rich-film", 320, 180)
    playing = "document.querySelector('video')?.currentTime > 0"
    assert until(lambda: page.evaluate(playing), PATIENT)
    film = page.evaluate(
        "(({muted, loop, autoplay, poster, playsInline}) =>"
        " ({muted, loop, autoplay, poster, playsInline}))(document.querySelector('video'))"
    )
    assert "/media/" in film.pop("poster")
    assert film == {"muted": True, "loop": False, "autoplay": True, "playsInline": True}
    assert until(lambda: page.evaluate("window.rounds >= 3"), PATIENT)
    assert page.evaluate("[window.rounds, document.querySelector('video').ended]") == [3, True]


def test_film__less_motion_wanted__poster_alone(shown, page):
    page.emulate_media(reduced_motion="reduce")
    shown("rich-film", 320, 180)
    assert page.evaluate("document.querySelector('video')") is None
    assert page.get_attribute("[data-banner-lab] img", "alt") == "A kettle steams"


def test_film__blocked__poster_in_its_place(shown, shop, context, storefront, page):
    shown("rich-film", 320, 180)
    blocked = context.new_page()
    blocked.route(f"{shop.plane}/media/*.webm", lambda route: route.abort())
    blocked.goto(storefront.origin)
    blocked.wait_for_selector("[data-banner-lab] img", timeout=PATIENT * 1000)
    assert blocked.evaluate("document.querySelector('[data-banner-lab] img').offsetWidth") > 0
    blocked.close()


@pytest.fixture
def table(shown, shop, storefront):
    """A visitor of the test who is given the carousel, and has said yes or no."""
    user = who_gets(shop, storefront.origin, "rich-table", "studio-table")

    def table(consent, **how):
        return shown("rich-table", 970, 250, user=user, consent=consent, **how)

    return table


def rests_at(page, number):
    return until(lambda: page.evaluate(AT) == number, PATIENT)


def test_carousel__moved_by_key_and_button_and_liked__in_the_log_with_its_test(table, shop, page):
    table("granted")
    page.focus("[data-banner-lab] a")
    page.keyboard.press("ArrowRight")
    assert rests_at(page, 1)
    time.sleep(0.3)  # it has come to rest
    page.click("[data-move='1']")
    assert rests_at(page, 2)
    assert page.get_attribute("[data-move='1']", "aria-disabled") == "true"
    page.focus("[data-like]")
    page.keyboard.press("Enter")
    assert page.get_attribute("[data-like]", "aria-pressed") == "true"
    sizes = page.evaluate(SIZES)
    assert len(sizes) == 3
    assert min(map(min, sizes)) >= 24
    assert page.evaluate(INSIDE) == []
    assert page.evaluate("document.querySelector('[data-banner-lab] a').href").endswith("/kitchen/")

    told = shop.events.filter(kind__startswith="custom:")
    assert until(lambda: told.count() == 3, PATIENT), list(told.values("kind"))
    variant = Variant.objects.get(experiment__key="rich-table", creative__key="studio-table")
    where = {(one.experiment_id, one.variant_id) for one in told}
    assert where == {(variant.experiment_id, variant.pk)}
    said = [(one.kind, (one.properties or {}).get("picture")) for one in told.order_by("seq")]
    assert sorted(said, key=str) == [
        ("custom:like", None), ("custom:slide", 2), ("custom:slide", 3)
    ]  # fmt: skip
    assert "click" not in shop.kinds

    page.reload()
    page.wait_for_selector("[data-like][aria-pressed=true]")
    page.click("[data-like]")
    page.click("[data-like]")
    time.sleep(1)
    assert told.filter(kind="custom:like").count() == 1


def test_carousel__no_consent__answers_and_neither_remembers_nor_tells(table, shop, page):
    table("denied")
    page.click("[data-like]")
    page.click("[data-move='1']")
    assert rests_at(page, 1)
    assert page.get_attribute("[data-like]", "aria-pressed") == "true"
    time.sleep(1)
    assert shop.events.count() == 0
    assert page.evaluate("sessionStorage.length") == 0


def test_carousel__in_a_shop__nothing_that_axe_complains_of_and_seen(table, shop, page):
    table("granted", lang="zh-CN")
    assert page.get_attribute("[data-like]", "aria-label") == "喜欢"
    found = Axe().run(page, context="[data-banner-lab]").response["violations"]
    assert [one["id"] for one in found] == []
    assert until(lambda: ["impression", "viewable"] in shop.stories, PATIENT), shop.stories
    page.click("[data-banner-lab] a", position={"x": 120, "y": 120})
    assert until(lambda: "click" in shop.kinds, PATIENT)


@pytest.fixture
def studio(rich, shop, chromium):
    """The studio, as an administrator of the demo, on a screen wide enough for actual sizes."""
    context = chromium.new_context(viewport={"width": 1900, "height": 1200}, locale="en-US")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": rich, "url": shop.origin}])
    page = context.new_page()
    page.set_default_timeout(PATIENT * 1000)
    yield page
    context.close()


WIDTH, HEIGHT = 970, 250


def share_of_other_pixels(page, studio, address):
    """Of the banner in the shop and in the studio's preview."""
    served = shot(page.locator("[data-banner-lab]"))
    studio.goto(address)
    studio.click("[data-actual]")
    frame = studio.locator(f'.is-shown .room-frame[data-room="{WIDTH}x{HEIGHT}"] .room-box')
    # On whole pixels, as the shop's page has it.
    place = "{position: 'fixed', inset: '100px auto auto 400px', zIndex: 9999}"
    frame.evaluate(f"box => Object.assign(box.style, {place})")
    loaded = "[...document.querySelectorAll('.room-box img')].every(image => image.complete)"
    assert until(lambda: studio.evaluate(loaded), PATIENT)
    preview = shot(frame)
    assert served.size == preview.size == (WIDTH, HEIGHT)
    return share_different(served, preview)


def test_preview__same_size__pixels_of_the_served_banner(shown, shop, page, studio):
    page.set_viewport_size({"width": WIDTH + 16, "height": 600})
    shown("rich-html", WIDTH, HEIGHT)
    address = f"{shop.origin}/s/demo/studio/cover/?creative=studio-trail"
    assert share_of_other_pixels(page, studio, address) <= MOST_DIFFERENT


def test_preview__carousel__pixels_of_the_served_one_with_its_buttons(table, shop, page, studio):
    page.set_viewport_size({"width": WIDTH + 16, "height": 600})
    table("granted")
    address = f"{shop.origin}/s/demo/studio/carousel/?creative=studio-table"
    assert share_of_other_pixels(page, studio, address) <= MOST_DIFFERENT


def test_studio__typing__preview_counter_and_what_does_not_fit(studio, shop):
    studio.goto(f"{shop.origin}/s/demo/studio/split/")
    studio.wait_for_selector(".is-shown .room-box")
    studio.fill('[name="en.headline"]', "Incomprehensibilities everywhere, for everyone")
    assert studio.text_content("[data-count-for='id_en.headline']") == "46 / 44"
    assert until(lambda: "Incomprehens" in studio.text_content(".is-shown .room-box"), PATIENT)
    studio.fill('[name="en.button"]', "Twenty characters ok")
    studio.wait_for_selector(".room.is-over")
    assert "Does not fit at" in studio.inner_text(".studio-words.is-shown")


@pytest.mark.parametrize(
    "path",
    [
        *("", "price/?creative=studio-kettle", "carousel/?creative=studio-table"),
        *("split/generate/", "products/"),
    ],
)
def test_studio__pages__nothing_that_axe_complains_of(studio, shop, path):
    studio.goto(f"{shop.origin}/s/demo/studio/{path}")
    found = Axe().run(studio).response["violations"]
    assert [one["id"] for one in found] == []
