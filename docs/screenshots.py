"""Take the pictures of docs/screenshots: `.venv/bin/python docs/screenshots.py`, with `./lab up`.

Every page once on a desktop and once on a phone; `--language zh-hans --theme dark` for the others.
"""

import argparse
import json
import os
import shutil
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ONE_THING = 5  # slashes of /s/<site>/<list>/<key>/
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
PAGES = {
    "login": ("", "/login/"),
    "home": ("admin", "/s/demo/"),
    "experiments": ("admin", "/s/demo/experiments/"),
    "experiment-new": ("admin", "/s/demo/experiments/new/"),
    "creatives": ("admin", "/s/demo/creatives/"),
    "creative-new": ("admin", "/s/demo/creatives/new/"),
    "placements": ("admin", "/s/demo/placements/"),
    "placement-new": ("admin", "/s/demo/placements/new/"),
    "settings": ("admin", "/s/demo/settings/"),
    "audit": ("admin", "/s/demo/audit/"),
    "not-found": ("admin", "/s/demo/experiments/no-such-test/"),
    "shop": ("", "/demo/"),
}


def state_folder() -> Path:
    return Path(os.environ.get("LAB_STATE") or ROOT / "var")


def more_pages(page: Page, web: str) -> dict[str, tuple[str, str]]:
    """The pages of single things, found by following the lists."""
    found = {}
    for name, path, pattern in (
        ("experiment", "/s/demo/experiments/", "/s/demo/experiments/"),
        ("creative", "/s/demo/creatives/", "/s/demo/creatives/"),
    ):
        page.goto(web + path)
        links = page.eval_on_selector_all(
            "main a[href]", "all => all.map(a => a.getAttribute('href'))"
        )
        keys = sorted(
            {
                x
                for x in links
                if x.startswith(pattern) and x.count("/") == ONE_THING and "?" not in x
            }
        )
        keys = [x for x in keys if not x.endswith("/new/")]
        for path_of_one in keys[:4]:
            found[f"{name}-{path_of_one.split('/')[-2]}"] = ("admin", path_of_one)
        if name == "experiment" and keys:
            for tab in ("design", "visitors", "history"):
                found[f"experiment-{tab}"] = ("admin", f"{keys[0]}{tab}/")
    return found


def log_in(page: Page, web: str, people: dict[str, str], name: str) -> None:
    page.goto(f"{web}/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", people[name])
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_url(lambda url: "/login/" not in url)


def shoot(browser: Browser, options: argparse.Namespace) -> None:
    people = {
        p["username"]: p["password"]
        for p in json.loads((state_folder() / "demo.json").read_text())["users"]
    }
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=options.language,
            color_scheme=options.theme,
            extra_http_headers={"Accept-Language": options.language},
        )
        page = context.new_page()
        pages = dict(PAGES)
        anonymous = {n: p for n, (who, p) in pages.items() if not who}
        for name, path in anonymous.items():
            take(page, options, f"{name}-{size}", path)
        log_in(page, options.web, people, "admin")
        pages |= more_pages(page, options.web)
        for name, (who, path) in pages.items():
            if who and (not options.only or options.only in name):
                take(page, options, f"{name}-{size}", path)
        context.close()


def take(page: Page, options: argparse.Namespace, name: str, path: str) -> None:
    page.goto(options.web + path, wait_until="networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=str(options.out / f"{name}.png"), full_page=options.full)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--web", default="http://127.0.0.1:8000")
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
