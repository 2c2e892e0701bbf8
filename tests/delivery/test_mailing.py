"""E-mails: one decision by every door, links for one recipient, never a broken picture."""

import hashlib
import json
from dataclasses import replace as changed
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from delivery import decide
from delivery.doors import Current, DataPlane
from delivery.index import index, with_learnt
from delivery.learnt import Learnt
from delivery.moment import Tools
from delivery.offers import forced
from delivery.pseudonym import Pseudonyms
from delivery.snapshot import (
    HoldoutEntry,
    KeyEntry,
    PlacementEntry,
    PolicyEntry,
    SiteEntry,
    Source,
    Words,
)
from delivery.token import EMAIL, EMAIL_LIFE, TEST, Signer, Stamp
from delivery.visitor import Visitor
from delivery.wire import Request, Response, Write
from engine.assignment.recipe import Reason
from tests.delivery.snapshots import NOW, a_creative, a_snapshot, an_entry

KEY = "sk_of-the-shop"
BASE = "https://b.example"
SIGNER = Signer({7: b"k" * 32})
READER = (
    b"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
)
PLANE = DataPlane(Tools(SIGNER, Pseudonyms((b"p" * 32,)), Path("/none"), Path("/none"), "", BASE))


def pictured(number: int, *types: str):
    sources = tuple(
        Source(f"{BASE}/media/{number}.{kind}", f"image/{kind}", 600, 200) for kind in types
    )
    return replace(a_creative(number), sources=sources)


def a_mailing(*, kinds=("avif", "webp", "jpeg"), entry=None, **fields):
    """A snapshot with an experiment on a placement in e-mails."""
    place = PlacementEntry(1, 1, "letter", "layer", pictured(900, *kinds), channel="email")
    entry = entry or an_entry(1)
    shown = tuple(
        replace(v, creative=pictured(v.creative.version_id, *kinds)) for v in entry.variants
    )
    key = KeyEntry(hashlib.sha256(KEY.encode()).hexdigest(), 1, 1, "secret")
    given = {"placements": (place,), "keys": (key,)} | fields
    return a_snapshot(replace(entry, variants=shown), **given)


def live_of(snapshot, *, now=NOW):
    return Current(index(snapshot, version=118, as_of=NOW, now=now), NOW)


def ask(current, path, body=None, *, now=NOW, method=None, **headers):
    path, _, query = path.partition("?")
    named = {name.replace("_", "-").encode(): text for name, text in headers.items()}
    named |= {b"authorization": f"Bearer {KEY}".encode(), b"content-type": b"application/json"}
    method = method or ("GET" if body is None else "POST")
    data = b"" if body is None else json.dumps(body).encode()
    return PLANE.handle(Request(method, path, query, named, data), current, now=now)


def decided(current, unit="u-1", **body):
    body = {"user_id": unit, "placements": ["letter"], **body}
    return json.loads(ask(current, "/api/v1/decide", body).body)["decisions"]["letter"]


def evaluated(current, unit):
    """The same by OpenFeature's protocol, for the experiment of the letter."""
    body = {"context": {"targetingKey": unit}}
    return json.loads(ask(current, "/ofrep/v1/evaluate/flags/exp-1", body).body)


def answer_of(result) -> Response:
    return result.anyway if isinstance(result, Write) else result


def leads_to(result) -> str:
    return dict(answer_of(result).headers).get(b"location", b"").decode()


def follow(current, link, **more):
    parts = urlsplit(link)
    return ask(current, parts.path + (f"?{parts.query}" if parts.query else ""), **more)


def test_thousand_recipients__every_door__one_variant_each():
    current, variants = live_of(a_mailing()), set()
    pictures = {10: f"{BASE}/media/10.jpeg", 11: f"{BASE}/media/11.jpeg"}
    for unit in map("r-{}".format, range(1000)):
        one = decided(current, unit)
        path = f"/api/v1/assign?experiment=exp-1&user_id={unit}"
        other = json.loads(ask(current, path).body)
        flag = evaluated(current, unit)
        texts = [one["token"], other["token"], flag["metadata"]["token"]]
        tokens = [SIGNER.genuine(text) for text in texts]
        links = [one["links"]["image"], other["links"]["image"], f"{BASE}/i/{texts[2]}.jpg"]
        seen = {leads_to(follow(current, link)) for link in links}
        assert one["variant"] == other["variant"] == flag["variant"]
        assert all(token.stamp.flags & EMAIL for token in tokens)
        assert {token.stamp.variant_id for token in tokens} == {10 + "ab".index(one["variant"])}
        assert seen == {pictures[tokens[0].stamp.variant_id]}
        variants.add(one["variant"])
    assert variants == {"a", "b"}


def test_decision__in_an_email__has_absolute_links_with_its_own_token():
    one = decided(live_of(a_mailing()))
    token = one["token"]
    assert one["links"] == {
        "image": f"{BASE}/i/{token}.jpg",
        "pixel": f"{BASE}/i/{token}.gif",
        "click": f"{BASE}/c/{token}",
    }
    assert SIGNER.genuine(token).stamp.flags & EMAIL


def test_decision__on_a_page__has_no_links():
    place = PlacementEntry(1, 1, "letter", "layer", a_creative(900))
    one = decided(live_of(a_mailing(placements=(place,))))
    assert "links" not in one
    assert SIGNER.genuine(one["token"]).stamp.flags == 0


def test_decision__without_consent__plain_links_that_count_nothing():
    one = decided(live_of(a_mailing()), consent={"measurement": False})
    assert (one["token"], one["reason"]) == (None, "NO_CONSENT")
    assert one["links"] == {
        "image": f"{BASE}/media/900.jpeg",
        "pixel": None,
        "click": "https://shop.example/spring",
    }


@pytest.mark.parametrize(
    ("kinds", "shown", "ending"),
    [
        (("avif", "webp", "jpeg"), "jpeg", "jpg"),
        (("avif", "webp", "png"), "png", "png"),
        (("webp", "gif"), "gif", "png"),
        (("avif", "webp"), "webp", "webp"),
        (("avif",), "avif", "avif"),
    ],
)
def test_picture__of_several__is_what_most_programs_show(kinds, shown, ending):
    current = live_of(a_mailing(kinds=kinds))
    one = decided(current)
    assert one["links"]["image"].endswith(f".{ending}")
    assert leads_to(follow(current, one["links"]["image"])).endswith(f".{shown}")


def test_image__asked_for__counts_one_impression_and_is_not_kept():
    current = live_of(a_mailing())
    link = decided(current)["links"]["image"]
    first, again = follow(current, link), follow(current, link)
    assert (first.records[0].kind, first.records[0].mark) == ("impression", "")
    assert first.records[0].id == again.records[0].id
    answer = answer_of(first)
    assert (answer.status, dict(answer.headers)[b"cache-control"]) == (302, b"no-store")
    asked = follow(current, link, method="HEAD")
    assert [(one.kind, one.mark) for one in asked.records] == [("impression", "head")]


def test_image__nothing_can_be_written__is_shown_all_the_same():
    current = live_of(a_mailing())
    write = follow(current, decided(current)["links"]["image"])
    request = Request("GET", "/i/x", "", {})
    assert PLANE.not_durable(write, request, current, now=NOW).status == 302


def test_image__no_snapshot__is_a_pixel_and_not_an_error():
    link = decided(live_of(a_mailing()))["links"]["image"]
    answer = follow(Current(), link)
    assert (answer.status, answer.body[:6]) == (200, b"GIF89a")


def test_image__version_no_longer_live__is_the_new_one_then_the_default_then_a_pixel():
    link = decided(live_of(a_mailing()))["links"]["image"]
    newer = tuple(
        replace(v, creative=replace(v.creative, version_id=v.id + 500))
        for v in an_entry(1).variants
    )
    there = leads_to(follow(live_of(a_mailing(entry=an_entry(1, variants=newer))), link))
    assert there in {f"{BASE}/media/510.jpeg", f"{BASE}/media/511.jpeg"}
    gone = a_mailing()
    gone = replace(gone, experiments=())
    assert leads_to(follow(live_of(gone), link)) == f"{BASE}/media/900.jpeg"
    bare = replace(gone, placements=(replace(gone.placements[0], fallback=None),))
    answer = follow(live_of(bare), link)
    assert (answer.status, answer.body[:6]) == (200, b"GIF89a")


def test_image__expired__default_is_shown_and_counts_for_nobody():
    snapshot = a_mailing()
    entry = snapshot.experiments[0]
    ending = tuple(replace(v, creative=replace(v.creative, until=NOW + 60)) for v in entry.variants)
    snapshot = replace(snapshot, experiments=(replace(entry, variants=ending),))
    link = decided(live_of(snapshot))["links"]["image"]
    result = follow(live_of(snapshot, now=NOW + 61), link, now=NOW + 61)
    assert isinstance(result, Response)
    assert leads_to(result) == f"{BASE}/media/900.jpeg"


@pytest.mark.parametrize("days", [8, 89, 91])
def test_token__of_a_mailing__counts_for_ninety_days(days):
    current = live_of(a_mailing())
    link = decided(current)["links"]["click"]
    result = follow(current, link, now=NOW + days * 86_400)
    assert bool(result.records) == (days < EMAIL_LIFE.days)
    assert leads_to(result) == "https://shop.example/spring"


@pytest.mark.parametrize("ending", ["", ".exe", ".svg", ".jpg.gif", "."])
def test_image__another_ending__is_nothing(ending):
    current = live_of(a_mailing())
    token = decided(current)["token"]
    assert follow(current, f"{BASE}/i/{token}{ending}").status == 404


@pytest.mark.parametrize(
    ("agent", "mark"),
    [
        (READER, ""),
        (b"YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", ""),
        (b"Microsoft Office/16.0 (Microsoft Outlook 16.0.5; Pro)", ""),
        (b"Googlebot/2.1 (+http://www.google.com/bot.html)", "bot"),
    ],
)
def test_image__fetched_by_a_mail_program__is_a_reader_and_no_robot(agent, mark):
    current = live_of(a_mailing())
    one = decided(current)
    for link in ("image", "pixel"):
        assert follow(current, one["links"][link], user_agent=agent).records[0].mark == mark


SPOKEN = (
    Words("he", "rtl", "אביב", "https://shop.example/he/spring"),
    Words("zh-Hans", "ltr", "春", "https://shop.example/zh/spring"),
)


def spoken():
    snapshot = a_mailing(
        sites=(
            SiteEntry(1, "shop", ("https://shop.example",), "CNY", locales=("en", "he", "zh-Hans")),
        )
    )
    entry = snapshot.experiments[0]
    variants = tuple(
        replace(v, creative=replace(v.creative, locale="en", words=SPOKEN)) for v in entry.variants
    )
    return live_of(replace(snapshot, experiments=(replace(entry, variants=variants),)))


@pytest.mark.parametrize(
    ("locale", "browser", "page"),
    [
        ("he-IL", b"", "he/"),
        ("he-IL", b"en-US,en;q=0.9", "he/"),  # the letter was written in it
        ("en", b"he", ""),
        ("fr", b"he", ""),
        ("zh_CN", b"", "zh/"),
    ],
)
def test_click__language_of_the_letter__is_that_of_the_page(locale, browser, page):
    current = spoken()
    link = decided(current, locale=locale)["links"]["click"]
    there = leads_to(follow(current, link, accept_language=browser))
    assert there == f"https://shop.example/{page}spring"


@pytest.mark.parametrize(
    ("asked", "browser", "page"),
    [
        ("", b"", ""),
        ("", b"he-IL,he;q=0.9", "he/"),
        ("", b"zh-TW;q=0.3, he;q=0.2", "zh/"),
        ("", b"fr, he;q=0.5", "he/"),
        ("", b"he;q=0", ""),
        ("?l=he", b"zh-CN", "he/"),
        ("?l=//evil.example", b"", ""),
        ("?l=%ff", b"he", "he/"),
        ("", b";;,q=9" * 99, ""),
    ],
)
def test_click__link_without_a_language__goes_by_the_browser(asked, browser, page):
    current = spoken()
    token = decided(current)["token"]
    there = leads_to(follow(current, f"{BASE}/c/{token}{asked}", accept_language=browser))
    assert there == f"https://shop.example/{page}spring"


def test_flags__every_kind_of_offer__are_those_of_a_mailing():
    held = HoldoutEntry(9, "quarter", "seed", 10_000, 91, 92)
    site = SiteEntry(1, "shop", ("https://shop.example",), "CNY", holdout=held)
    thompson = a_mailing(entry=an_entry(1, policy=PolicyEntry("thompson", 1000)), sites=(site,))
    live = with_learnt(index(thompson, version=1, as_of=NOW), Learnt(1, ()))
    here, experiment = live.placements[1, "letter"], live.experiments[1, "exp-1"]
    offers = [
        *here.fallbacks.values(),
        decide.assign(experiment, Visitor("u-1"), live.learnt),
        forced(
            experiment.entry, experiment.entry.variants[0], counted=True, flags=experiment.flags
        ),
    ]
    assert {Reason.HOLDOUT, Reason.NO_CONSENT, Reason.PAUSED} <= here.fallbacks.keys()
    assert all(offer.mailed for offer in offers)
    stamps = [Stamp.unpack(offer.stamp) for offer in offers if offer.stamp]
    assert all(stamp.flags & EMAIL for stamp in stamps)
    assert stamps[-1].flags == EMAIL | TEST


def test_landings__host_that_is_not_of_the_shop__leads_to_the_default_or_nowhere():
    foreign = tuple(
        replace(v, creative=replace(v.creative, landing_url="https://partner.example/"))
        for v in a_mailing().experiments[0].variants
    )
    snapshot = a_mailing()
    snapshot = replace(snapshot, experiments=(replace(snapshot.experiments[0], variants=foreign),))
    current = live_of(snapshot)
    link = decided(current)["links"]["click"]
    assert leads_to(follow(current, link)) == "https://shop.example/spring"
    bare = replace(snapshot, placements=(replace(snapshot.placements[0], fallback=None),))
    assert follow(live_of(bare), link).status == 404


def test_links__address_of_the_data_plane__is_the_configured_one():
    other = DataPlane(changed(PLANE.tools, delivery_url="https://other.example"))
    query = "experiment=exp-1&user_id=u-1"
    named = {b"authorization": f"Bearer {KEY}".encode()}
    answer = other.handle(
        Request("GET", "/api/v1/assign", query, named), live_of(a_mailing()), now=NOW
    )
    assert json.loads(answer.body)["links"]["click"].startswith("https://other.example/c/bl1.")
