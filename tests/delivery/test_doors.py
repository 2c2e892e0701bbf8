"""What both doors refuse, in both languages, and that they say the same."""

import gzip
import itertools
import json
import os
import re
import time
from itertools import product

import pytest

from banner_lab.stack.processes import wait_until
from delivery.config import read
from delivery.messages import TABLE
from delivery.moment import Tools
from delivery.token import Stamp
from experiments import lifecycle
from experiments.models import Status
from tests import factories
from tests.doors import SHOP, DjangoDoor, a_banner, an_experiment, log_rows
from workspace import keys
from workspace.models import Site

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


ASSIGN = "/api/v1/assign?experiment={}&user_id=u-42"
SPRING = ASSIGN.format("spring-hero")
EVENTS = "/api/v1/events"
DECIDE = "/api/v1/decide"
VIEW = {"type": "page_view", "id": "1", "user_id": "u-42"}


def the_mistakes(world):
    """Requests that must be refused: (name, status, how)."""
    pk, sk = {"key": world.pk}, {"key": world.sk}
    foreign = {"origin": "https://evil.example"}
    long = "u" * 257
    return [
        ("no key", 401, lambda d: d.get(SPRING)),
        ("wrong key", 401, lambda d: d.get(SPRING, key="pk_wrong")),
        ("key of another scheme", 401, lambda d: d.get(SPRING, authorization="Basic eDp5")),
        ("no key in a batch", 401, lambda d: d.post(EVENTS, {"events": []})),
        ("wrong origin", 403, lambda d: d.get(SPRING, **pk, **foreign)),
        ("wrong origin, events", 403, lambda d: d.post(EVENTS, {"events": []}, **pk, **foreign)),
        ("null origin", 403, lambda d: d.get(SPRING, **pk, origin="null")),
        ("secret key in a browser", 403, lambda d: d.get(SPRING, **sk, origin=SHOP)),
        ("secret key in the address", 403, lambda d: d.get(f"{SPRING}&key={world.sk}")),
        ("secret key in the body", 403, lambda d: d.post(EVENTS, VIEW | {"key": world.sk})),
        ("no user", 422, lambda d: d.get("/api/v1/assign?experiment=spring-hero", **pk)),
        ("empty user", 422, lambda d: d.get("/api/v1/assign?experiment=x&user_id=", **pk)),
        ("long user", 422, lambda d: d.get(f"/api/v1/assign?experiment=x&user_id={long}", **pk)),
        ("no experiment", 422, lambda d: d.get("/api/v1/assign?user_id=u-42", **pk)),
        ("query not UTF-8", 422, lambda d: d.get("/api/v1/assign?experiment=%ff", **pk)),
        ("unknown experiment", 404, lambda d: d.get(ASSIGN.format("nothing"), **pk)),
        ("draft, publishable", 404, lambda d: d.get(ASSIGN.format("a-draft"), **pk)),
        ("draft, secret", 404, lambda d: d.get(ASSIGN.format("a-draft"), **sk)),
        ("other site's", 404, lambda d: d.get(ASSIGN.format("elsewhere"), **sk)),
        ("unknown placements", 404, lambda d: d.post(DECIDE, {"placements": ["x"]}, **pk)),
        ("post to assign", 405, lambda d: d.post(SPRING, {}, **pk)),
        ("get events", 405, lambda d: d.get(EVENTS, **pk)),
        ("delete decide", 405, lambda d: d.send("DELETE", DECIDE, {})),
        ("no token", 404, lambda d: d.get("/c/nonsense")),
        ("no pixel", 404, lambda d: d.get("/i/nonsense.gif")),
        ("no tag", 404, lambda d: d.get("/tag/other.js")),
        ("not JSON", 400, lambda d: d.post(EVENTS, b"{", **pk)),
        ("nothing", 400, lambda d: d.post(EVENTS, b"", **pk)),
        ("not UTF-8", 400, lambda d: d.post(DECIDE, b'{"placements":["\xff"]}', **pk)),
        ("too deep", 400, lambda d: d.post(EVENTS, b'{"a":' + b"[" * 50_000, **pk)),
        ("list on top", 422, lambda d: d.post(EVENTS, [VIEW], **pk)),
        ("neither event nor batch", 422, lambda d: d.post(EVENTS, {}, **pk)),
        ("time without zone", 422, lambda d: d.post(EVENTS, {"events": [], "sent_at": "x"}, **pk)),
        ("no placements", 422, lambda d: d.post(DECIDE, {"user_id": "u"}, **pk)),
        ("placements no list", 422, lambda d: d.post(DECIDE, {"placements": "x"}, **pk)),
        ("user a number", 422, lambda d: d.post(DECIDE, {"placements": [], "user_id": 7}, **pk)),
        ("too many placements", 413, lambda d: d.post(DECIDE, {"placements": ["x"] * 101}, **pk)),
        ("too many events", 413, lambda d: d.post(EVENTS, {"events": [1] * 501}, **sk)),
        ("64 KiB from a browser", 413, lambda d: d.post(EVENTS, b" " * 65_537, **pk)),
        ("1 MiB from a server", 413, lambda d: d.post(EVENTS, b" " * (2**20 + 1), **sk)),
        ("a form", 415, lambda d: d.post(EVENTS, b"a=b", **pk, content_type="application/xml")),
        (
            "another alphabet",
            415,
            lambda d: d.post(EVENTS, b"{}", **pk, content_type="application/json; charset=gbk"),
        ),
    ]


@pytest.fixture(scope="module")
def more(committed_world):
    """A draft, and another site with an experiment of its own."""
    placement = committed_world.experiment.placement
    an_experiment(committed_world.site, "a-draft", placement, Status.DRAFT)
    other = factories.a_site("other")
    elsewhere = factories.a_placement(other, "there", fallback=a_banner(other, "there"))
    an_experiment(other, "elsewhere", elsewhere, Status.RUNNING)
    return committed_world.publish()


@pytest.fixture
def mistakes(world, more):
    return the_mistakes(world)


def comparable(answer):
    """An answer without what is different each time."""
    text = re.sub(rb'"(token|snapshot)":("[^"]*"|\d+)', rb'"\1":0', answer.body)
    names = ("content-type", "content-language", "www-authenticate", "allow", "location")
    named = {name: answer.headers.get(name) for name in names if answer.status >= 300}
    origin = answer.headers.get("access-control-allow-origin")
    return answer.status, text, named, origin, answer.headers.get("vary", "").split(",")[:0]


def test_errors__both_doors__are_problems_in_both_languages(mistakes, granian, world) -> None:
    granian.follow(world.publish())
    wrong = []
    for name, status, ask in mistakes:
        for door, language in product((granian, DjangoDoor()), ("en", "zh-CN")):
            speaking = _Speaking(door, language)
            answer = ask(speaking)
            problem = json.loads(answer.body)
            fits = (
                answer.status == status == problem["status"]
                and answer.headers["content-type"] == "application/problem+json"
                and {"type", "title", "detail"} <= set(problem)
                and _is_in(problem["title"] + problem["detail"], language)
                and "/problems/" in problem["type"]
            )
            if not fits:
                wrong.append((name, door.name, answer.status, problem))
    assert wrong == []
    assert log_rows() == []


def _is_in(text: str, language: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", text)) == (language == "zh-CN")


class _Speaking:
    """A door whose client prefers a language."""

    def __init__(self, door, language):
        self.door, self.language = door, language

    def get(self, path, **headers):
        return self.door.get(path, accept_language=self.language, **headers)

    def post(self, path, data, **headers):
        return self.door.post(path, data, accept_language=self.language, **headers)

    def send(self, method, path, headers, body=b""):
        return self.door.send(method, path, headers | {"accept-language": self.language}, body)


def test_answers__both_doors__are_identical(mistakes, granian, world) -> None:
    granian.follow(world.publish())
    pk, sk = {"key": world.pk, "origin": SHOP}, {"key": world.sk}
    asks = [ask for _, _, ask in mistakes]
    asks += [
        lambda d, n=n: d.get(f"/api/v1/assign?experiment=spring-hero&user_id=u-{n}", **pk)
        for n in range(50)
    ]
    asks += [
        lambda d: d.post(DECIDE, {"placements": ["home-hero", "x"], "user_id": "漢"}, **pk),
        lambda d: d.post(DECIDE, {"placements": []}, **sk),
        lambda d: d.post(EVENTS, {"events": []}, **sk),
        lambda d: d.post(EVENTS, {"events": [{"type": "x"}, 5, {}]}, **sk),
        lambda d: d.post(EVENTS, b'{"events":[{"a":"\\ud800"},{"type":"b"}]}', **sk),
        lambda d: d.send("OPTIONS", DECIDE, {"origin": SHOP}),
        lambda d: d.send("OPTIONS", DECIDE, {"origin": "https://evil.example"}),
        lambda d: d.get("/tag/banner-lab.js"),
    ]
    for ask in asks:
        assert comparable(ask(granian)) == comparable(ask(DjangoDoor()))


def test_draft__secret_key__learns_that_it_is_one_and_a_publishable_key_nothing(
    mistakes, door, world
) -> None:
    def detail(name, key):
        return door.get(ASSIGN.format(name), key=key).json["detail"].replace(name, "X")

    assert detail("a-draft", world.pk) == detail("nothing", world.pk)
    assert "draft" in detail("a-draft", world.sk)
    assert "draft" not in detail("nothing", world.sk)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.PAUSED, "PAUSED"),
        (Status.STOPPED, "NO_EXPERIMENT"),
        (Status.DECIDED, "NO_EXPERIMENT"),
    ],
)
def test_assign__no_longer_running__still_shows_something(granian, world, status, reason) -> None:
    fallback = a_banner(world.site, f"before-{status}")
    placement = factories.a_placement(world.site, f"was-{status}", fallback=fallback)
    key = an_experiment(world.site, f"is-{status}", placement, status).key
    granian.follow(world.publish())
    for door in (granian, DjangoDoor()):
        answer = door.get(ASSIGN.format(key), key=world.pk)
        assert (answer.status, answer.json["reason"]) == (200, reason)
        assert (answer.json["experiment"], answer.json["variant"]) == (key, None)
        assert answer.json["creative"]
        assert answer.json["token"].startswith("bl1.")


def test_cors__allowed_origin__may_read_the_answer_and_others_may_not(door, world) -> None:
    allowed = door.get(SPRING, key=world.pk, origin=SHOP).headers
    assert allowed["access-control-allow-origin"] == SHOP
    assert "Origin" in allowed["vary"]
    assert "access-control-allow-credentials" not in allowed
    assert "access-control-allow-origin" not in door.get(SPRING, key=world.pk).headers
    other = door.get(SPRING, key=world.pk, origin="https://shop.example.evil.example")
    assert (other.status, "access-control-allow-origin" in other.headers) == (403, False)


def test_cors__preflight__is_answered_for_allowed_origins_only(door, world) -> None:
    asked = {"access-control-request-method": "POST"}
    allowed = door.send("OPTIONS", EVENTS, asked | {"origin": SHOP})
    assert allowed.status == 204
    assert allowed.headers["access-control-allow-origin"] == SHOP
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    other = door.send("OPTIONS", EVENTS, asked | {"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_keys__query_or_body__are_as_good_as_the_header(door, world) -> None:
    assert door.get(f"{SPRING}&key={world.pk}").status == 200
    assert door.post(f"{DECIDE}?key={world.pk}", {"placements": ["home-hero"]}).status == 200
    assert door.post(DECIDE, {"placements": ["home-hero"], "key": world.pk}).status == 200
    assert door.post(f"{EVENTS}?key={world.pk}", {"events": []}).status == 202


def test_keys__revoked__is_unknown(granian, world) -> None:
    key, text = factories.a_key(world.site, "publishable")
    granian.follow(world.publish())
    assert granian.get(SPRING, key=text).status == DjangoDoor().get(SPRING, key=text).status == 200
    keys.revoke(key, actor=None, now=factories.NOW)
    granian.follow(world.publish())
    assert granian.get(SPRING, key=text).status == DjangoDoor().get(SPRING, key=text).status == 401


def events_of(door, world, *events, **headers):
    answer = door.post(EVENTS, {"events": list(events)}, **({"key": world.sk} | headers))
    assert answer.status == 202, answer
    receipt = answer.json
    counted = sum(receipt[name] for name in ("stored", "duplicate", "conflict", "filtered"))
    assert receipt["received"] == counted + len(receipt["rejected"]) == len(events)
    return receipt


def test_events__repeated_and_changed__first_is_kept(door, world) -> None:
    purchase = VIEW | {"type": "purchase", "amount": 5, "currency": "CNY"}
    changed = purchase | {"amount": 6}
    assert events_of(door, world, purchase)["stored"] == 1
    receipt = events_of(door, world, purchase, changed, VIEW | {"id": "2"})
    assert (receipt["stored"], receipt["duplicate"], receipt["conflict"]) == (1, 1, 1)
    assert sorted(log_rows("kind, amount")) == [("page_view", None), ("purchase", 5)]


def test_events__hostile_items_among_good_ones__cost_only_themselves(door, world) -> None:
    good = [json.dumps(VIEW | {"id": str(n)}) for n in range(2)]
    bad = ['{"type":"page_view","id":"\\ud800","user_id":"u"}', "NaN", "[]", '"x"', "1e999"]
    body = f'{{"events":[{",".join([good[0], *bad, good[1]])}]}}'.encode()
    receipt = door.post(EVENTS, body, key=world.sk).json
    assert receipt["stored"] == 2
    assert [one["index"] for one in receipt["rejected"]] == [1, 2, 3, 4, 5]


def test_events__robots_and_prefetch__are_kept_and_not_counted(door, world) -> None:
    receipt = events_of(door, world, VIEW, key=world.pk, user_agent="Googlebot/2.1")
    assert (receipt["stored"], receipt["filtered"]) == (0, 1)
    receipt = events_of(door, world, VIEW | {"id": "2"}, key=world.pk, sec_purpose="prefetch")
    assert receipt["filtered"] == 1
    receipt = events_of(door, world, VIEW | {"id": "3"}, user_agent="python-requests/2.34")
    assert receipt["stored"] == 1
    assert sorted(log_rows("mark")) == [("",), ("bot",), ("prefetch",)]


@pytest.fixture
def test_site(world):
    Site.objects.filter(pk=world.site.pk).update(count_automated=True)
    world.publish()
    yield
    Site.objects.filter(pk=world.site.pk).update(count_automated=False)
    world.publish()


def test_events__robots_on_a_test_site__are_counted(door, world, test_site) -> None:
    numbers = itertools.count()

    def counted() -> bool:
        event = VIEW | {"id": f"robot {next(numbers)}"}
        answer = events_of(door, world, event, key=world.pk, user_agent="Googlebot/2.1")
        return answer["stored"] == 1

    assert wait_until(counted, seconds=5)


def test_events__refund__is_stored_once_with_its_order(door, world) -> None:
    refund = VIEW | {
        "type": "refund",
        "id": "r-1",
        "order_id": "o-7",
        "amount": 5,
        "currency": "CNY",
    }
    receipt = events_of(door, world, refund, refund, refund | {"id": "r-2", "amount": 0})
    assert (receipt["stored"], receipt["duplicate"]) == (1, 1)
    assert [(one["reason"], one["field"]) for one in receipt["rejected"]] == [
        ("bad_amount", "events[2].amount")
    ]
    assert log_rows("kind, order_id, amount") == [("refund", "o-7", 5)]


def test_events__of_a_browser__carry_device_and_language(door, world) -> None:
    phone = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    door.post(EVENTS, VIEW, key=world.pk, user_agent=phone, accept_language="zh-CN,en;q=0.5")
    said = VIEW | {"id": "2", "properties": {"device": "tablet", "locale": "en-GB"}}
    door.post(EVENTS, said, key=world.sk, user_agent=phone, accept_language="zh-CN")
    assert log_rows("device, locale") == [("phone", "zh"), ("tablet", "en")]


def test_events__alias__is_stored_with_two_pseudonyms(door, world) -> None:
    assert events_of(door, world, {"type": "alias", "user_id": "u", "previous_id": "v"})["stored"]
    ((kind, properties),) = log_rows("kind, properties")
    assert (kind, list(properties)) == ("alias", ["previous"])


def test_events__rejections__speak_the_readers_language(door, world) -> None:
    answer = door.post(EVENTS, {"type": "x"}, key=world.sk, accept_language="zh-CN,zh;q=0.9")
    assert answer.json["rejected"][0]["detail"] == TABLE["unknown_type"][1].format(type="x")


def a_token(site: int, *, days: float = 0.0) -> str:
    decision = int((time.time() - days * 86_400) * 1000).to_bytes(6, "big") + os.urandom(10)
    stamp = Stamp(site, 1, 1, 1, 1, 1, 0, 0.5, 0)
    return Tools.of(read()).signer.sign(decision, b"u" * 16, stamp.pack()).decode()


def test_events__tokens_that_do_not_count__are_named(door, world) -> None:
    site = world.site.pk
    events = [
        {"type": "impression", "token": token}
        for token in (a_token(site, days=8), a_token(site + 1), a_token(site)[:-4] + "AAAA")
    ]
    reasons = [one["reason"] for one in events_of(door, world, *events)["rejected"]]
    assert reasons == ["token_expired", "token_foreign", "token_invalid"]


def test_click__expired_token__still_gets_there_and_counts_nothing(door, world) -> None:
    variant = world.experiment.variants.first()
    decision = int((time.time() - 9 * 86_400) * 1000).to_bytes(6, "big") + os.urandom(10)
    stamp = Stamp(world.site.pk, 1, 1, 1, variant.pk, 0, 0, 0.5, 0)
    token = Tools.of(read()).signer.sign(decision, b"u" * 16, stamp.pack()).decode()
    assert door.get(f"/c/{token}").headers["location"] == "https://shop.example/spring"
    assert log_rows() == []


def test_raw_ids__after_every_kind_of_event__are_nowhere_in_the_database(door, world) -> None:
    secret = "somebody@example.org"
    token = door.get(f"/api/v1/assign?experiment=spring-hero&user_id={secret}", key=world.pk).json
    events_of(
        door,
        world,
        {"type": "impression", "token": token["token"]},
        VIEW | {"user_id": secret},
        {"type": "alias", "user_id": secret, "previous_id": secret + "2"},
        VIEW | {"type": "purchase", "id": "p", "user_id": secret, "amount": 1, "currency": "CNY"},
    )
    rows = log_rows("events_event::text")
    assert len(rows) == 4
    assert not [row for row in rows if "somebody" in row[0] or secret.encode().hex() in row[0]]


def test_media__picture__is_served_for_ever_to_everybody(granian) -> None:
    folder = read().media_root
    name = "ab" * 32 + ".webp"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"RIFF")
    answer = granian.get(f"/media/{name}", origin="https://anywhere.example")
    assert (answer.status, answer.body) == (200, b"RIFF")
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "sandbox" in answer.headers["content-security-policy"]
    again = granian.get(f"/media/{name}", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("mp4", "video/mp4"), ("webm", "video/webm"), ("css", "text/css; charset=utf-8")],
)
def test_media__film_or_style_sheet__served_in_parts_and_harmless(granian, ending, kind) -> None:
    folder, name = read().media_root, f"{'ef' * 32}.{ending}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"0123456789")
    whole = granian.get(f"/media/{name}")
    assert (whole.status, whole.body) == (200, b"0123456789")
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == (kind, "bytes")
    part = granian.get(f"/media/{name}", range="bytes=2-4")
    assert (part.status, part.body) == (206, b"234")
    assert part.headers["content-range"] == "bytes 2-4/10"
    assert part.headers["content-length"] == "3"
    old = granian.get(f"/media/{name}", range="bytes=2-4", if_range='"other"')
    assert (old.status, old.body) == (200, b"0123456789")
    beyond = granian.get(f"/media/{name}", range="bytes=10-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */10")
    for answer in (whole, part, old, beyond):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none';")
        assert answer.headers["content-security-policy"].endswith("sandbox")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_tag__browser_that_knows_gzip__gets_it_small(granian) -> None:
    small = granian.get("/tag/banner-lab.js", accept_encoding="gzip, br")
    plain = granian.get("/tag/banner-lab.js")
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(small.body) == plain.body
    assert len(small.body) <= 4_000


def test_media__original_or_anything_else__is_never_served(granian) -> None:
    folder = read().media_root / "originals"
    folder.mkdir(parents=True, exist_ok=True)
    name = "cd" * 32 + ".png"
    (folder / name).write_bytes(b"original")
    escapes = [f"/media/{part}" for part in ("", f"originals/{name}", f"originals%2f{name}", name)]
    escapes += ["/media/..%2f..%2fmanage.py", "/media/../manage.py", "/c/", "/nothing", "/", "//"]
    for path in escapes:
        answer = granian.get(path)
        assert (answer.status, answer.json["status"]) == (404, 404), path


def test_change__experiment_paused__is_live_within_five_seconds(granian, world) -> None:
    placement = factories.a_placement(world.site, "soon", fallback=a_banner(world.site, "soon"))
    experiment = an_experiment(world.site, "soon-paused", placement, Status.RUNNING)
    granian.follow(world.publish())

    def reason():
        return granian.get(ASSIGN.format("soon-paused"), key=world.pk).json["reason"]

    assert reason() == "SPLIT"
    lifecycle.pause(experiment, actor=None, now=factories.NOW)
    world.publish()
    assert wait_until(lambda: reason() == "PAUSED", seconds=5)
