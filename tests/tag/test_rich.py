"""What is no picture, through the tag: composed banners and films, and the studio's preview."""

import gzip
import io
import time

import av
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from PIL import Image, ImageChops
from playwright.sync_api import TimeoutError as TooLate

from creatives import media, placements, review
from creatives.models import Copy, Creative, Placement, Rendition, Version
from experiments import publishing
from tests.factories import a_picture
from tests.tag.storefront import embed, until
from tests.test_house_rules import ROOT
from workspace.models import Role, Site

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]
RICH = ROOT / "static" / "tag" / "banner-lab-rich.js"
PATIENT = 30
PALE = 12  # of 255: what anti-aliasing may differ by
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
    assert len(gzip.compress(RICH.read_bytes(), 9)) <= 1_600


def slot(key, width, height):
    data = f'data-banner-lab="{key}" data-width="{width}" data-height="{height}"'
    return f"<div {data}><b>default</b></div>"


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
        publishing.publish_if_changed(now=now)
        return a_session()


def a_session():
    user = get_user_model().objects.filter(memberships__role=Role.ADMINISTRATOR).first()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def place(site, key, width, height, *, fallback, now):
    planned = Placement(
        site=site, key=key, name=key, width=width, height=height, layer=key, fallback=fallback
    )
    placements.create(planned, actor=None, now=now)


def a_film(site, landing_url, now):
    """A film with words in both languages of the shop, which leads to a page of it."""
    creative = Creative.objects.create(site=site, key="film", name="Film")
    version = Version.objects.create(
        creative=creative,
        number=1,
        kind=Version.Kind.VIDEO,
        alt="A kettle steams",
        landing_url=landing_url,
        width=320,
        height=180,
        original_name="film.webm",
        original_type="video/webm",
        original_bytes=1,
        original_sha256="0" * 64,
    )
    Copy.objects.create(version=version, locale="zh-Hans", alt="水壶冒着热气")
    made = (
        ("poster", a_picture(320, 180, "teal"), "png", "image/png"),
        ("served", a_webm(), "webm", "video/webm"),
    )
    for purpose, data, extension, mime_type in made:
        Rendition.objects.create(
            version=version,
            purpose=purpose,
            file=media.store(data, extension),
            mime_type=mime_type,
            width=320,
            height=180,
            bytes=len(data),
        )
    review.approve(review.submit(version, actor=None, now=now), actor=None, now=now)
    creative.refresh_from_db()
    return creative


def a_webm():
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as box:
        stream = box.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for n in range(20):
            picture = np.full((180, 320, 3), 12 * n, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    return out.getvalue()


@pytest.fixture
def shown(rich, shop, page, storefront, complaints):
    """Open a page of somebody else's shop with a slot, under a policy without inline styles."""
    storefront.policy = (
        f"default-src 'none'; script-src {shop.plane}; connect-src {shop.plane}; "
        f"img-src data: {shop.plane}; media-src {shop.plane}"
    )

    def shown(key, width, height, *, lang="en"):
        storefront.html = (
            f'<!doctype html><html lang="{lang}"><link rel="icon" href="data:,">'
            f"{embed(shop, user='u-77')}{slot(key, width, height)}"
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
def studio(rich, shop, chromium):
    """The studio, as an administrator of the demo, on a screen wide enough for actual sizes."""
    context = chromium.new_context(viewport={"width": 1900, "height": 1200}, locale="en-US")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": rich, "url": shop.origin}])
    page = context.new_page()
    page.set_default_timeout(PATIENT * 1000)
    yield page
    context.close()


def test_preview__same_size__pixels_of_the_served_banner(shown, shop, page, studio):
    width, height = 970, 250
    page.set_viewport_size({"width": width + 16, "height": 600})
    shown("rich-html", width, height)
    served = shot(page.locator("[data-banner-lab]"))
    studio.goto(f"{shop.origin}/s/demo/studio/cover/?creative=studio-trail")
    studio.click("[data-actual]")
    frame = studio.locator(f'.is-shown .room-frame[data-room="{width}x{height}"] .room-box')
    # On whole pixels, as the shop's page has it.
    place = "{position: 'fixed', inset: '100px auto auto 400px', zIndex: 9999}"
    frame.evaluate(f"box => Object.assign(box.style, {place})")
    loaded = "[...document.images].every(image => image.complete)"
    assert until(lambda: studio.evaluate(loaded), PATIENT)
    preview = shot(frame)

    assert served.size == preview.size == (width, height)
    assert share_different(served, preview) <= MOST_DIFFERENT


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
    "path", ["", "price/?creative=studio-kettle", "split/generate/", "products/"]
)
def test_studio__pages__nothing_that_axe_complains_of(studio, shop, path):
    studio.goto(f"{shop.origin}/s/demo/studio/{path}")
    found = Axe().run(studio).response["violations"]
    assert [one["id"] for one in found] == []


def shot(locator):
    return Image.open(io.BytesIO(locator.screenshot())).convert("RGB")


def share_different(one, other):
    difference = np.asarray(ImageChops.difference(one, other)).max(axis=2)
    return float((difference > PALE).mean())
