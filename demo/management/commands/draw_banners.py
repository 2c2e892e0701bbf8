"""Draw the demo's banners again (needs the developer's requirements and Chromium)."""

import io
import shutil
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from demo import art, artwork

QUALITY = 94  # of the WebP file; uploads are re-encoded anyway, so the source stays fine


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Draw the pictures in static/demo/banners/ from demo/artwork.py."

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
            for drawing in artwork.DRAWINGS:
                page.set_viewport_size({"width": drawing.width, "height": drawing.height})
                page.set_content(
                    f"<style>body{{margin:0}}svg{{display:block}}</style>{drawing.svg}"
                )
                self._keep(drawing.key, page.screenshot())
            browser.close()

    def _keep(self, key: str, png: bytes) -> None:
        path = art.FOLDER / f"{key}.webp"
        Image.open(io.BytesIO(png)).convert("RGB").save(path, quality=QUALITY, method=6)
        self.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes")
