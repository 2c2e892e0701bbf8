"""Walk through a new marketer's first hour on a fresh demo; prints what docs/first-hour.md says.

    ./lab up          # on an empty machine, or after "Reset"
    .venv/bin/python docs/first_hour_walk.py

Clicks are counted as a person makes them: links, buttons, choices; typing into a field is a field.
"""

import argparse
import io
import json
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BANNER = (728, 90)


@dataclass(slots=True)
class Walker:
    """A page, and what has been done on it."""

    page: Page
    web: str
    began: float = field(default_factory=time.monotonic)
    clicks: int = 0
    fields: int = 0
    rows: list[tuple[str, int, int, float]] = field(default_factory=list)

    def click(self, role: str, name: str | re.Pattern[str], *, inside: str = "body") -> None:
        self.page.locator(inside).get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.clicks += 1

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def fill(self, name: str, text: str) -> None:
        self.page.fill(f"[name={name}]", text)
        self.fields += 1

    def done(self, step: str) -> None:
        """A step has ended: note what it took."""
        self.rows.append((step, self.clicks, self.fields, time.monotonic() - self.began))
        self.clicks = self.fields = 0
        self.began = time.monotonic()


def walk(one: Walker, password: str) -> None:
    """From the log-in to the first counted visitor of a test of one's own."""
    page = one.page
    page.goto(f"{one.web}/login/")
    one.fill("login", "marketer")
    one.fill("password", password)
    one.click("button", "Log in")
    page.wait_for_url(re.compile("/s/demo/"))
    one.done("Log in")

    one.click("link", "Read a finished test", inside=".first-hour")
    page.wait_for_url(re.compile("/experiments/"))
    one.done("1. Read a finished test")

    one.click("link", "Home", inside="aside")
    one.click("link", "Visit the shop", inside=".first-hour")
    one.click("button", "Count visits and personalise")
    page.wait_for_selector("[data-banner-lab] a picture")
    one.done("2. Visit the shop")

    page.goto(f"{one.web}/s/demo/")
    one.click("link", "Upload a banner", inside=".first-hour")
    page.set_input_files(
        "[name=upload]", {"name": "tea.png", "mimeType": "image/png", "buffer": banner()}
    )
    one.clicks += 1
    one.fill("name", "Cart · A pot of tea")
    one.fill("alt", "A pot of tea with your order")
    one.fill("landing_url", f"{one.web}/demo/c/kitchen/")
    one.click("button", "Save the banner")
    page.wait_for_url(re.compile(r"/creatives/(?!new)"))
    one.click("button", "Submit for review")
    one.click("link", "Review it")
    one.click("button", "Approve")
    page.get_by_text("is approved").wait_for()
    one.done("3. Upload a banner and have it approved")

    draft(one)
    see_a_visitor(one)


def draft(one: Walker) -> None:
    """The banner that is there against one's own."""
    page = one.page
    one.click("link", "Home", inside="aside")
    one.click("link", "Draft an experiment with it", inside=".first-hour")
    one.fill("name", "Cart: delivery or tea")
    one.fill("change", "offer tea in the cart")
    one.fill("effect", "more visitors click")
    one.fill("reason", "a small pleasure is easily added")
    if not page.input_value("[name=placement]"):
        page.select_option("[name=placement]", label="Cart: strip (728×90)")
        one.clicks += 1
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(800)
    for position, name in enumerate(("Cart · Free delivery", "Cart · A pot of tea")):
        group = page.get_by_role("radiogroup", name=re.compile("Banner")).nth(position)
        group.locator("label", has_text=name).first.click()
        one.clicks += 1
    page.wait_for_load_state("networkidle")
    one.click("button", "Save the draft")
    page.wait_for_url(re.compile(r"/experiments/(?!new)"))
    one.done("4. Draft an experiment")


def see_a_visitor(one: Walker) -> None:
    """Start it; the checklist goes when the first visitor has been counted."""
    page = one.page
    one.click("link", re.compile("^Start$"))
    one.click("button", re.compile("^Start$"))
    page.wait_for_load_state()
    home = f"{one.web}/s/demo/"
    while page.goto(home) and page.locator(".first-hour").count():
        page.wait_for_timeout(2_000)
        if time.monotonic() - one.began > 240:
            raise SystemExit("no visitor came within four minutes: are the live shoppers on?")
    one.done("5. Start it, and see the first visitor")


def banner() -> bytes:
    picture = Image.new("RGB", BANNER, "#1f5a4a")
    ImageDraw.Draw(picture).text((40, 30), "A pot of tea with your order?", "white", font_size=26)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--web", default="http://127.0.0.1:8000")
    state = Path(os.environ.get("LAB_STATE") or ROOT / "var")
    parser.add_argument("--state", type=Path, default=state)
    options = parser.parse_args()
    people = json.loads((options.state / "demo.json").read_text(encoding="utf-8"))["users"]
    password = next(one["password"] for one in people if one["role"] == "marketer")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="en-US")
        page.set_default_timeout(20_000)
        one = Walker(page, options.web)
        try:
            walk(one, password)
        finally:
            page.screenshot(path=str(options.state / "first-hour.png"))
        browser.close()
    print("| step | clicks | fields | seconds |\n|---|---|---|---|")
    for step, clicks, fields, seconds in one.rows:
        print(f"| {step} | {clicks} | {fields} | {seconds:.1f} |")
    totals = [sum(row[place] for row in one.rows) for place in (1, 2, 3)]
    print(f"| together | {totals[0]} | {totals[1]} | {totals[2]:.1f} |")


if __name__ == "__main__":
    main()
