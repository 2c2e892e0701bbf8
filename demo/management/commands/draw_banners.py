"""Draw the demo's banners again (needs the developer's requirements and Chromium)."""

import io
import shutil
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from demo import art, artwork
from demo.artwork import scenes

# Letters stay crisp without loss; only where broad gradients make such a file heavy, a little is
# given up. Uploads are encoded again anyway, so the source stays fine.
QUALITY = 97
HEAVY = 100_000  # bytes


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Draw the pictures in static/demo/banners/ and static/demo/pictures/ from demo/artwork/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chromium", default=shutil.which("chromium"))

    def handle(self, *_args: str, **options: str) -> None:
        if not options["chromium"]:
            raise CommandError("No Chromium found. Name one with --chromium.")
        from playwright.sync_api import sync_playwright

        with sync_playwright() as tools:
            browser = tools.chromium.launch(
                executable_path=options["chromium"], args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            for drawing, folder in (
                *((one, art.FOLDER) for one in artwork.DRAWINGS),
                *((one, art.PICTURES) for one in scenes.SCENES),
            ):
                page.set_viewport_size({"width": drawing.width, "height": drawing.height})
                page.set_content(
                    f"<style>body{{margin:0}}svg{{display:block}}</style>{drawing.svg}"
                )
                self._keep(folder / f"{drawing.key}.webp", page.screenshot())
            browser.close()

    def _keep(self, path: Path, png: bytes) -> None:
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        data = _encoded(picture, lossless=True)
        if len(data) > HEAVY:
            data = _encoded(picture, quality=QUALITY)
        path.write_bytes(data)
        self.stdout.write(f"{path.name}: {len(data):,} bytes")


def _encoded(picture: Image.Image, *, lossless: bool = False, quality: int = 100) -> bytes:
    target = io.BytesIO()
    picture.save(target, "WEBP", lossless=lossless, quality=quality, method=6)
    return target.getvalue()
