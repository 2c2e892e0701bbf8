"""What the tests of the tag do in a shop: embed it, open a page, wait for a banner."""

import time

from playwright.sync_api import TimeoutError as TooLate

SHOWN = '[data-banner-lab="home-hero"] picture img'
GRANT = "localStorage.setItem('qiwu_consent', 'granted')"
DENY = "localStorage.setItem('qiwu_consent', 'denied')"
SLOT = '<div data-banner-lab="home-hero" data-width="1200" data-height="400"><b>default</b></div>'


def until(probe, seconds=8):
    end = time.monotonic() + seconds
    while not (found := probe()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def visit(page, address):
    """Open a page and see a banner; on a busy machine the first answer may come too late."""
    page.goto(address)
    for _ in range(6):
        try:
            return page.wait_for_selector(SHOWN, timeout=2_500)
        except TooLate:
            page.reload()
    raise AssertionError("no banner came")


def embed(shop, **data):
    attributes = " ".join(f'data-{name}="{value}"' for name, value in data.items())
    return (
        f'<script src="{shop.plane}/tag/banner-lab.js" data-key="{shop.key}" '
        f'data-timeout="9000" {attributes} async>'
        "</script>"
    )
