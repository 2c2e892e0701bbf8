"""Take the pictures of docs/screenshots, from a running demo whose past has come in.

    ./lab up
    .venv/bin/python docs/screenshots.py [--language zh-hans] [--theme dark] [--only NAME]

Every page once on a desktop and once on a phone.
"""

import argparse
import io
import json
import os
import shutil
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
SITE = "/s/demo/"
COLOURS = 224
VERDICT = f"{SITE}experiments/category-strip-coffee/"
ANYBODY = {
    "login": "/login/",
    "shop": "/demo/",
    "shop-category": "/demo/c/shoes/",
    "shop-product": "/demo/p/trail-runner/",
    "shop-promotion": "/demo/promotion/",
    "shop-clearance": "/demo/clearance/",
    "shop-search": "/demo/search/?q=mug",
    "shop-cart": "/demo/cart/",
    "api-docs": "/api/docs/",
}
MEMBERS = {
    "home": SITE,
    "experiments": f"{SITE}experiments/",
    "experiment-new": f"{SITE}experiments/new/",
    "experiment-begin": f"{SITE}experiments/start/",
    "experiment-begin-from": f"{SITE}experiments/start/?from=point:discount",
    "experiment-template": f"{VERDICT}template/",
    "experiment-import": f"{SITE}experiments/import/",
    "experiment-replay": f"{SITE}experiments/cart-nudge/replay/",
    "experiment-testing": f"{SITE}experiments/cart-nudge/testing/",
    "plan-new": f"{SITE}experiments/new/plan/?placement=category-strip",
    "plan-goal": f"{SITE}experiments/cart-nudge/plan/goal/",
    "plan-creatives": f"{SITE}experiments/cart-nudge/plan/creatives/",
    "plan-audience": f"{SITE}experiments/cart-nudge/plan/audience/",
    "plan-launch": f"{SITE}experiments/cart-nudge/plan/launch/",
    "experiment-edit": f"{SITE}experiments/cart-nudge/edit/",
    "experiment-start": f"{SITE}experiments/cart-nudge/start/",
    "experiment-timing": f"{SITE}experiments/cart-nudge/timing/",
    "experiment-schedule": f"{SITE}experiments/cart-nudge/schedule/",
    "experiment-design": f"{VERDICT}design/",
    "experiment-visitors": f"{VERDICT}visitors/?user_id=u-42",
    "experiment-history": f"{VERDICT}history/",
    "experiment-decide": f"{VERDICT}decide/",
    "verdict-use": VERDICT,
    "verdict-your-call": f"{SITE}experiments/clearance-last-pairs/",
    "verdict-keep-control": f"{SITE}experiments/product-care/",
    "verdict-no-difference": f"{SITE}experiments/search-gift/",
    "verdict-check-data": f"{SITE}experiments/product-returns/",
    "verdict-collecting": f"{SITE}experiments/side-linen/",
    "verdict-no-data": f"{SITE}experiments/search-shoes/",
    "library": f"{SITE}library/",
    "data-health": f"{SITE}health/",
    "policy-learning": f"{SITE}experiments/promotion-bandit/",
    "policy-learning-design": f"{SITE}experiments/promotion-bandit/design/",
    "policy-rules": f"{SITE}experiments/hero-for-you/",
    "policy-rules-design": f"{SITE}experiments/hero-for-you/design/",
    "policy-change": f"{SITE}experiments/hero-for-you/policy/",
    "why": f"{SITE}why/",
    "audiences": f"{SITE}audiences/",
    "audience": f"{SITE}audiences/likes-shoes/",
    "audience-new": f"{SITE}audiences/new/",
    "demo-reset": f"{SITE}demo-data/reset/",
    "creatives": f"{SITE}creatives/",
    "creative": f"{SITE}creatives/hero-hearth/",
    "creative-new": f"{SITE}creatives/new/",
    "creatives-several": f"{SITE}creatives/several/",
    "creative-compare": f"{SITE}creatives/strip-lamps/compare/?before=1&after=2",
    "creative-focus": f"{SITE}creatives/hero-hearth/focus/",
    "creative-use": f"{SITE}creatives/hero-hearth/use/",
    "creative-preview": f"{SITE}creatives/hero-hearth/preview/?placement=home-hero",
    "creative-sheet": f"{SITE}creatives/hero-hearth/preview/sheet/",
    "creative-version": f"{SITE}creatives/hero-hearth/versions/new/",
    "creative-words": f"{SITE}creatives/hero-hearth/words/",
    "creatives-sheet": f"{SITE}creatives/sheet/",
    "review-queue": f"{SITE}review/",
    "review": f"{SITE}review/cart-wrap/2/",
    "review-picture": f"{SITE}review/strip-lamps/2/",
    "review-rejected": f"{SITE}review/clear-countdown/2/",
    "creative-in-review": f"{SITE}creatives/strip-lamps/",
    "studio": f"{SITE}studio/",
    "studio-compose": f"{SITE}studio/cover/?creative=studio-trail",
    "studio-generate": f"{SITE}studio/split/generate/",
    "studio-feed": f"{SITE}studio/products/",
    "placements": f"{SITE}placements/",
    "placement": f"{SITE}placements/home-hero/",
    "placements-usual": f"{SITE}placements/usual/",
    "placement-new": f"{SITE}placements/new/",
    "settings": f"{SITE}settings/",
    "settings-embed": f"{SITE}settings/snippet/",
    "settings-embed-code": f"{SITE}settings/snippet/?in=python#code",
    "settings-arriving": f"{SITE}arriving/",
    "settings-keys": f"{SITE}settings/keys/",
    "settings-people": f"{SITE}settings/people/",
    "settings-webhooks": f"{SITE}settings/webhooks/",
    "audit": f"{SITE}audit/",
    "search": f"{SITE}search/?q=hero",
    "simulate": "/demo/simulate/",
    "site-new": "/sites/new/",
    "password": "/password/",
    "not-found": f"{SITE}experiments/no-such-test/",
    "admin": "/admin/",
}


def log_in(page: Page, web: str, state: Path) -> None:
    """As the administrator of the demo site."""
    people = json.loads((state / "demo.json").read_text(encoding="utf-8"))["users"]
    admin = next(person for person in people if person["role"] == "administrator")
    page.goto(f"{web}/login/")
    page.fill("[name=login]", admin["username"])
    page.fill("[name=password]", admin["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def shoot(browser: Browser, options: argparse.Namespace) -> None:
    """All pages in each size."""
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=options.language,
            color_scheme=options.theme,
        )
        page = context.new_page()
        take(page, options, size, ANYBODY)
        log_in(page, options.web, options.state)
        take(page, options, size, MEMBERS)
        context.close()


def take(page: Page, options: argparse.Namespace, size: str, pages: dict[str, str]) -> None:
    """A picture of each page as it is seen first, or whole with --full."""
    for name, path in pages.items():
        if options.only in name:
            page.goto(options.web + path, wait_until="networkidle")
            page.wait_for_timeout(400)  # charts grow
            file = options.out / f"{name}-{size}.png"
            picture = Image.open(io.BytesIO(page.screenshot(full_page=options.full)))
            # A palette is enough for a page, and a third of the size.
            picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    state = Path(os.environ.get("LAB_STATE") or ROOT / "var")
    parser.add_argument("--web", default="http://127.0.0.1:8000")
    parser.add_argument("--state", type=Path, default=state)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--language", default="en")
    parser.add_argument("--theme", default="light", choices=["light", "dark"])
    parser.add_argument("--only", default="")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    urlopen(f"{options.web}/login/").close()  # noqa: S310 - an address of the person's own
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        shoot(browser, options)
        browser.close()


if __name__ == "__main__":
    main()
