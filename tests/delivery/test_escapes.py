"""Nobody is sent anywhere but to the creative's own page.

The payloads stand in the link, and in what is stored of a banner.
"""

import http.client
import itertools

import pytest

from creatives import landing as stored
from delivery.landings import host_of, hosts_of, is_safe
from delivery.snapshot import SiteEntry
from engine.errors import InvalidInput
from tests.doors import SHOP

pytest_plugins = ("tests.door_fixtures",)
committed = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


PAGE = "https://shop.example/spring"
EVIL = "evil.example"
# What open redirectors have fallen for (OWASP, PortSwigger, ASVS 3.7.2).
TARGETS = (
    f"https://{EVIL}", f"http://{EVIL}", f"//{EVIL}", f"///{EVIL}", f"////{EVIL}/%2f..",
    f"/\\{EVIL}", f"\\/{EVIL}", f"\\\\{EVIL}", f"https:{EVIL}", f"https:/{EVIL}", f"https:///{EVIL}",
    f"http:\\\\{EVIL}", f"//{EVIL}/%2f%2e%2e", f"/%2f%2f{EVIL}", f"%2f%2f{EVIL}", f"/%5c{EVIL}",
    f"//{EVIL}@shop.example", f"https://shop.example@{EVIL}", f"https://shop.example:x@{EVIL}",
    f"https://{EVIL}\\@shop.example", f"https://{EVIL}#@shop.example",
    f"https://{EVIL}?shop.example", f"https://shop.example.{EVIL}", f"https://shop.example%2e{EVIL}",
    f"https://{EVIL}%00.shop.example", f"https://{EVIL}%23.shop.example", f"ht\ttps://{EVIL}",
    f"https:/\t/{EVIL}", f"\x00https://{EVIL}", f"\x1fhttps://{EVIL}", f" https://{EVIL}",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "java%0ascript:alert(1)",
    "javascript://shop.example/%0aalert(1)", "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", f"ftp://{EVIL}", "file:///etc/passwd",
    "https://shоp.example",  # a Cyrillic o
    "https://shop.exаmple", "https://ѕhop.example", "https://xn--shp-tbe.example",
    f"https://shop。{EVIL}", f"https://{EVIL}。com", f"https://shop.example⁄@{EVIL}",
    "https://ｅvil.example", f"https://shop.example\r\nLocation: https://{EVIL}",
    "x%0d%0aset-cookie:%20a=b", f"x%0d%0alocation:%20https://{EVIL}",
    "%E5%98%8A%E5%98%8Dset-cookie:a=b",
)  # fmt: skip
REFUSED = {(400, None), (404, None), (422, None)}
PARAMETERS = ("url", "next", "to", "u", "l", "redirect", "landing_url", "return_to")
HEADERS = ("host", "x-forwarded-host", "forwarded", "referer", "x-original-url", "x-rewrite-url")


def _sent(text: str) -> str:
    """As an address may carry it on the wire: what cannot travel raw is escaped."""
    return "".join(c if "!" <= c <= "~" else "".join(f"%{b:02x}" for b in c.encode()) for c in text)


def _links(token: str):
    """A click with every payload: behind the token, before it, instead of it, in the query."""
    for target, name in zip(TARGETS, itertools.cycle(PARAMETERS), strict=False):
        sent = _sent(target)
        yield f"/c/{token}?{name}={sent}"
        yield f"/c/{token}?{sent}"
        yield f"/c/{token}/{sent}"
        yield f"/c/{token}{sent}"
        yield f"/c/{sent}"
        yield f"/c/{sent}/{token}"


@committed
def test_click__three_hundred_payloads__none_escapes_and_no_header_splits(granian, world):
    asked = f"/api/v1/assign?experiment={world.experiment.key}&user_id=u-42"
    token = granian.get(asked, key=world.sk).json["token"]
    links = list(_links(token))
    assert len(links) >= 300
    client, led = http.client.HTTPConnection("127.0.0.1", granian.port, timeout=15), 0
    for link in links:
        client.request("GET", link)
        answer = client.getresponse()
        answer.read()
        there = answer.getheader("location")
        assert (answer.status, there) in {(302, PAGE), *REFUSED}, link
        assert answer.getheader("set-cookie") is None, link
        led += there == PAGE
    assert led >= len(TARGETS)  # the query changes nothing


@committed
@pytest.mark.parametrize("name", HEADERS)
def test_click__forged_headers__lead_to_the_same_page(door, world, name):
    asked = f"/api/v1/assign?experiment={world.experiment.key}&user_id=u-42"
    token = door.get(asked, key=world.sk).json["token"]
    if name == "host" and door.name == "django":
        pytest.skip("Django's own list of hosts refuses the request")
    answer = door.send("GET", f"/c/{token}", {name: EVIL, "accept-language": f"//{EVIL}"})
    assert (answer.status, answer.headers["location"]) == (302, PAGE)


@pytest.mark.parametrize("target", TARGETS)
def test_landing__payload_as_a_banners_page__refused_by_the_form_or_of_another_host(target):
    """What the form lets through is an honest address of a host that preflight and click refuse."""
    hosts = hosts_of(SiteEntry(1, "shop", (SHOP,), "CNY"))
    assert not is_safe(target, hosts)
    try:
        taken = stored.check(target)
    except InvalidInput:
        return
    assert host_of(taken) not in {"", "shop.example"}
    assert not is_safe(taken, hosts)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        (PAGE, True),
        ("https://www.shop.example/a?b=c#d", True),
        ("https://SHOP.example./x", True),
        ("https://商店.example/", True),
        ("https://xn--czrs0t.example/", True),
        ("https://notshop.example/", False),
        ("https://example/", False),
    ],
)
def test_is_safe__hosts__are_those_of_the_shop_and_below(address, safe):
    assert (
        is_safe(address, hosts_of(SiteEntry(1, "s", (SHOP, "https://商店.example"), "CNY"))) == safe
    )
