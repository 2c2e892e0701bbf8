"""Draw docs/screenshots/two-shoppers.gif from a running demo: two shoppers, side by side.

    ./lab up
    .venv/bin/python docs/two_shoppers_picture.py

The walk is the one of tests/flows/test_two_shoppers.py.
"""

import argparse
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.flows.two_shoppers import walk  # noqa: E402 - the root has to be known first

VIEW = (1180, 780)
FRAME = (520, 344)
GAP = 12
SECONDS = (1.6, 0.9, 0.9, 0.9, 2.8)
TRIES = 12


def frames(browser: Browser, web: str, likes: str) -> list[Image.Image]:
    """What one shopper sees; somebody of the exploration slice is not the one we look for."""
    for _ in range(TRIES):
        context = browser.new_context(
            viewport={"width": VIEW[0], "height": VIEW[1]}, locale="en-US"
        )
        seen: list[Image.Image] = []

        def look(_name: str, page: object, seen: list[Image.Image] = seen) -> None:
            page.wait_for_timeout(700)  # type: ignore[attr-defined]
            shot = page.screenshot()  # type: ignore[attr-defined]
            seen.append(Image.open(io.BytesIO(shot)).convert("RGB").resize(FRAME))

        walked = walk(context, web, likes, look)
        context.close()
        if walked.after["reason"] == "TARGETING_MATCH":
            return seen
    raise SystemExit(f"no shopper who likes {likes} was found outside the exploration slice")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--web", default="http://127.0.0.1:8000")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        pairs = list(
            zip(
                *(frames(browser, options.web, likes) for likes in ("shoes", "kitchen")),
                strict=True,
            )
        )
        browser.close()
    pictures = []
    for pair in pairs:
        both = Image.new("RGB", (2 * FRAME[0] + GAP, FRAME[1]), "white")
        for place, picture in enumerate(pair):
            both.paste(picture, (place * (FRAME[0] + GAP), 0))
        pictures.append(both.quantize(128, dither=Image.Dither.FLOYDSTEINBERG))
    pictures[0].save(
        ROOT / "docs" / "screenshots" / "two-shoppers.gif",
        save_all=True,
        append_images=pictures[1:],
        duration=[int(seconds * 1000) for seconds in SECONDS],
        loop=0,
        optimize=True,
    )


if __name__ == "__main__":
    main()
