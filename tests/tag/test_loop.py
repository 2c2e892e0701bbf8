"""What the tag tells, so that behaviour may shape, or must not shape, what comes next."""

import json
import time

import pytest

from tests.tag.storefront import SHOWN, SLOT, embed, until

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]
BOTH = {"measurement": True, "personalisation": True}
MEASURED = {"measurement": True, "personalisation": False}
DENIED = {"measurement": False, "personalisation": False}
LATE_EVENING = "2026-11-22T15:50:00Z"  # ten to midnight in Shanghai
AFTER_MIDNIGHT = "2026-11-22T16:10:00Z"  # the same day in Greenwich
# When each request left the page, and when its answer came; in the page's own milliseconds.
TIMES = (
    "window.calls = []; const real = fetch; window.fetch = (url, options) => {"
    " const call = {door: String(url).split('/').pop(), left: performance.now()}; calls.push(call);"
    " return real(url, options).finally(() => { call.came = performance.now() }) }"
)
KEPT = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


class Heard:
    """The requests a page has sent to the data plane, in order, as (door, body)."""

    def __init__(self, page):
        self.said = []
        self.page = page
        page.on("request", self._note)

    def _note(self, request):
        door = request.url.rpartition("/api/v1/")[2]
        if door in ("decide", "events") and request.method == "POST":
            self.said.append((door, json.loads(request.post_data)))

    def until(self, probe, seconds=8):
        """Wait in a way in which the browser is still heard."""
        end = time.monotonic() + seconds
        while not (found := probe()) and time.monotonic() < end:
            self.page.wait_for_timeout(50)
        return found

    def batch_with(self, kind):
        """The first batch that holds an event of this type, once it was sent."""
        found = self.until(lambda: [b for b in self.batches if kind in self._kinds(b)])
        return found[0]

    @staticmethod
    def _kinds(batch):
        return {event["type"] for event in batch["events"]}

    @property
    def asked(self):
        return [body for door, body in self.said if door == "decide"]

    @property
    def batches(self):
        return [body for door, body in self.said if door == "events"]

    @property
    def words(self):
        """The consents that were reported."""
        events = [event for batch in self.batches for event in batch["events"]]
        return [event["properties"] for event in events if event["type"] == "consent"]


@pytest.fixture
def heard(page):
    return Heard(page)


@pytest.fixture
def enter(shop, page, open_page):
    """Open a page of a shop that knows what its visitor has said; see the banner."""

    def enter(consent=None, **data):
        known = {"consent": consent} if consent else {}
        page.add_init_script(
            f"window.bannerLab = {{...{json.dumps(known)},"
            " onDone: all => { window.key = all?.['home-hero'].creative.key }}"
        )
        open_page(f"{embed(shop, **data)}{SLOT}")
        page.wait_for_selector(SHOWN)
        return page

    return enter


@pytest.mark.parametrize("consent", [BOTH, MEASURED])
def test_batch__consent_known__carried_and_not_reported_as_news(page, heard, enter, consent):
    enter(consent)
    heard.batch_with("impression")
    page.evaluate("word => bannerLab.consent(word)", consent)
    page.wait_for_timeout(500)
    assert {json.dumps(batch["consent"]) for batch in heard.batches} == {json.dumps(consent)}
    assert {*heard.batches[0]} == {"key", "sent_at", "consent", "events"}
    assert heard.words == []


def test_batch__nothing_said__carries_no_consent(heard, enter):
    enter(user="u-1")
    assert "consent" not in heard.batch_with("impression")


def test_consent__new_word__reported_once_and_before_the_next_question(page, heard, enter):
    enter(BOTH)
    for word in (MEASURED, MEASURED, BOTH, "granted"):
        page.evaluate("word => bannerLab.consent(word)", word)
    assert heard.words == [MEASURED, BOTH]
    doors = [
        "consent" if door == "events" else door
        for door, body in heard.said
        if door == "decide" or body["events"][-1]["type"] == "consent"
    ]
    assert doors == ["decide", "consent", "decide", "decide", "consent", "decide", "decide"]
    batch = heard.batch_with("consent")
    assert batch["consent"] == MEASURED
    assert batch["events"][-1]["user_id"] == heard.asked[-1]["user_id"]
    assert batch["events"][-1]["id"]


def test_consent__object_changed_in_place__reported(page, heard, enter):
    enter(BOTH)
    page.evaluate(
        "async () => { const word = {measurement: true, personalisation: true};"
        " await bannerLab.consent(word); word.personalisation = false;"
        " await bannerLab.consent(word) }"
    )
    assert heard.words == [MEASURED]


def test_consent__reported__question_waits_for_the_receipt(page, enter):
    page.add_init_script(TIMES)
    enter(BOTH)
    page.evaluate("word => { calls.length = 0; return bannerLab.consent(word) }", MEASURED)
    told, asked, *_ = page.evaluate("calls")
    assert (told["door"], asked["door"]) == ("events", "decide")
    assert asked["left"] >= min(told.get("came", 1e9), told["left"] + 300)


def test_consent__no_receipt__question_waits_300_ms(page, heard, enter):
    held = []

    def hold(route):
        held.append(route)

    page.route("**/api/v1/events", hold)
    page.add_init_script(TIMES)
    enter(BOTH)
    page.evaluate("word => { calls.length = 0; return bannerLab.consent(word) }", MEASURED)
    told, asked, *_ = page.evaluate("calls")
    assert "came" not in told
    assert 290 <= asked["left"] - told["left"] < 900
    assert heard.words == [MEASURED]
    for route in held:
        route.continue_()


def test_consent__given_before_the_tag_loads__told_and_asked_once(shop, page, heard, open_page):
    page.add_init_script("window.bannerLab = {q: [['consent', 'granted']]}")
    open_page(f"{embed(shop)}{SLOT}")
    page.wait_for_selector(SHOWN)
    assert heard.words == [BOTH]
    assert [door for door, _ in heard.said[:2]] == ["events", "decide"]
    assert len(heard.asked) == 1


def test_consent__granted_later__what_waited_goes_under_the_old_word(page, heard, enter):
    enter(MEASURED)
    page.evaluate(
        "() => { bannerLab.track('page_view'); return bannerLab.consent('granted') }",
    )
    assert heard.batch_with("page_view")["consent"] == MEASURED
    assert heard.batch_with("consent")["consent"] == BOTH


def test_consent__denied__only_the_last_word_is_sent(shop, context, storefront):
    page = context.new_page()  # a failed request is an error in the console, as it should be
    heard = Heard(page)
    page.add_init_script(f"window.bannerLab = {{consent: {json.dumps(BOTH)}}}")
    storefront.policy = ""
    storefront.html = f"<!doctype html>{embed(shop)}{SLOT}"
    page.goto(storefront.origin)
    page.wait_for_selector(SHOWN)
    page.route(f"{shop.plane}/api/**", lambda route: route.abort())
    page.evaluate("bannerLab.track('page_view')")
    heard.batch_with("page_view")
    before = len(heard.batches)
    page.evaluate(
        "word => { bannerLab.track('search'); const link = document.querySelector('picture');"
        " addEventListener('click', e => e.preventDefault());"
        " const done = bannerLab.consent(word); link.click(); return done }",
        DENIED,
    )
    page.wait_for_timeout(4_500)  # the page view would have been repeated after four seconds
    [last] = heard.batches[before:]
    assert [(e["type"], e["properties"]) for e in last["events"]] == [("consent", DENIED)]
    assert "user_id" not in heard.asked[-1]
    assert page.evaluate(KEPT) == []


@pytest.mark.parametrize("consent", [BOTH, MEASURED])
def test_seen__shown_again__grows_and_survives_a_reload(page, heard, enter, consent):
    enter(consent)
    key = page.evaluate("key")
    assert "seen" not in heard.asked[0]
    page.evaluate("bannerLab.refresh()")
    assert heard.asked[-1]["seen"] == {key: [1, 1]}
    page.reload()
    page.wait_for_selector(SHOWN)
    assert heard.asked[-1]["seen"] == {key: [2, 2]}


def test_seen__another_tab__another_session_of_the_same_day(
    page, context, heard, enter, storefront
):
    enter(BOTH)
    key = page.evaluate("key")
    other = context.new_page()
    elsewhere = Heard(other)
    other.add_init_script(f"window.bannerLab = {{consent: {json.dumps(BOTH)}}}")
    other.goto(storefront.origin)
    other.wait_for_selector(SHOWN)
    assert elsewhere.asked[0]["seen"] == {key: [0, 1]}
    page.evaluate("bannerLab.refresh()")
    assert heard.asked[-1]["seen"] == {key: [1, 2]}


def test_seen__after_midnight_where_the_visitor_is__day_begins_anew(page, context, heard, enter):
    context.new_cdp_session(page).send(
        "Emulation.setTimezoneOverride", {"timezoneId": "Asia/Shanghai"}
    )
    page.clock.set_fixed_time(LATE_EVENING)
    enter(BOTH)
    key = page.evaluate("key")
    page.evaluate("bannerLab.refresh()")
    page.clock.set_fixed_time(AFTER_MIDNIGHT)
    page.evaluate("bannerLab.refresh()")
    assert heard.asked[-1]["seen"] == {key: [2, 0]}
    page.evaluate("bannerLab.refresh()")
    assert heard.asked[-1]["seen"] == {key: [3, 1]}


def test_seen__nothing_said__neither_stored_nor_sent(page, heard, enter):
    enter(user="u-1")
    page.evaluate("bannerLab.refresh()")
    assert "seen" not in heard.asked[-1]
    assert page.evaluate(KEPT) == []


def test_seen__consent_taken_back__forgotten_for_good(page, heard, enter):
    enter(BOTH)
    page.evaluate("bannerLab.consent('denied')")
    assert "seen" not in heard.asked[-1]
    assert page.evaluate(KEPT) == []
    page.evaluate("bannerLab.consent('granted')")
    assert "seen" not in heard.asked[-1]
    assert heard.asked[-1]["user_id"] != heard.asked[0]["user_id"]


def test_seen__many_creatives__the_newest_fifty_stay(page, heard, enter):
    enter(BOTH)
    key = page.evaluate("key")
    page.evaluate(
        "() => { for (const store of [localStorage, sessionStorage]) {"
        " const note = JSON.parse(store.banner_lab);"
        " note.shown.push(...Array.from({length: 50}, (_, i) => [`other-${i}`, 7]));"
        " store.banner_lab = JSON.stringify(note) } }"
    )
    page.evaluate("bannerLab.refresh()")  # shows the oldest again: it is the newest now
    page.evaluate("bannerLab.refresh()")
    assert heard.asked[-1]["seen"][key] == [2, 2]
    assert "other-0" not in heard.asked[-1]["seen"]
    assert len(heard.asked[-1]["seen"]) == 50


def test_track__what_a_visitor_does__leaves_at_once_with_what_waits(page, heard, enter):
    page.add_init_script(TIMES)
    enter(BOTH)
    at = page.evaluate(
        "async () => { await bannerLab.refresh(); calls.length = 0; const at = performance.now();"
        " bannerLab.track('product_view', {properties: {category: 'tea', product: 'kettle'}});"
        " return at }"
    )
    batch = heard.batch_with("product_view")
    assert page.evaluate("calls[0].left") - at <= 300
    assert [event["type"] for event in batch["events"]][-2:] == ["impression", "product_view"]
    assert batch["events"][-1]["properties"] == {"category": "tea", "product": "kettle"}


def test_track__page_left_at_once__goes_by_beacon(shop, page, enter):
    enter(BOTH)
    page.evaluate("() => { bannerLab.track('search'); location.assign('/elsewhere') }")
    assert until(lambda: shop.events.filter(kind="search").exists())
