"""The share page and the file in a real browser; paper and picture through it."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as configured
from django.utils import timezone
from PIL import Image

from banner_lab.stack.processes import wait_until
from experiments.reports import sharing
from experiments.reports.exports import chromium as drawing
from experiments.reports.exports import html
from tests.experiments.reports.exports.taken import (
    a_client,
    a_refreshed_experiment,
    download,
    taken_from,
)
from tests.experiments.reports.states import DAY
from tests.experiments.reports.test_browser import serve_media
from tests.factories import a_user
from workspace import chromium as core

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
FIRST_LOOK = 600


@pytest.fixture
def experiment():
    now = timezone.now()
    return a_refreshed_experiment(at=now - 15 * DAY, now=now, name="Spring hero 春季横幅")


# Each pair of a size, a theme and a language with every commit; all three together by night.
LOOKS = [
    pytest.param(
        (size, theme, language),
        marks=pytest.mark.nightly if (s + t + n) % 2 else (),
        id=f"{size}-{theme}-{language}",
    )
    for s, size in enumerate(SIZES)
    for t, theme in enumerate(("light", "dark"))
    for n, language in enumerate(("en", "zh-hans"))
]


@pytest.mark.parametrize("look", LOOKS)
def test_shared__in_chromium__verdict_first_and_accessible(chromium, live_server, experiment, look):
    size, theme, language = look
    now = timezone.now()
    made = sharing.create(
        experiment, language=language, days=3, version=None, actor=a_user(), now=now
    )
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )
    context.route(f"{configured.DELIVERY_URL}/media/**", serve_media)
    page, complaints = context.new_page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.goto(f"{live_server.url}/r/{made.secret}")
    page.wait_for_selector(".chart-drawn")
    box = page.locator(".verdict-headline").bounding_box()
    assert box["y"] + box["height"] <= FIRST_LOOK
    assert page.locator(".verdict-side img").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    assert complaints == []
    context.close()


def test_html__opened_from_disk_without_network__verdict_pictures_and_charts(
    chromium, experiment, tmp_path
):
    file = tmp_path / "report.html"
    file.write_text(html.document(taken_from(experiment)), encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page, asked, complaints = context.new_page(), [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.goto(file.as_uri())
    page.wait_for_selector(".chart-drawn")
    assert page.locator(".verdict-word").inner_text() == "Use B"
    loaded = "[...document.querySelectorAll('.verdict-side img')].map((one) => one.naturalWidth)"
    assert wait_until(lambda: page.evaluate(f"{loaded}.every((one) => one > 0)"), seconds=30)
    assert page.locator(".verdict-side img").count() == 2
    assert page.locator(".chart .main-svg").count() >= 2
    assert page.evaluate("document.querySelector('.verdict-word use').getBBox().width") > 0
    assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
    assert complaints == []
    assert file.stat().st_size < 3_000_000
    context.close()


def test_pdf_and_png__through_chromium__a_document_and_a_picture(chromium, experiment):
    client = a_client()
    answer = download(client, "pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    answer = download(client, "png")
    image = Image.open(io.BytesIO(answer.content))
    assert image.width == drawing.WIDTH
    assert 600 < image.height < drawing.TALLEST


def test_pdf__a_browser_that_hangs__given_up_in_time(experiment, monkeypatch, settings, tmp_path):
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    settings.CHROMIUM = str(slow)
    monkeypatch.setattr(core, "SECONDS", 1)
    answer = download(a_client(), "pdf")
    assert answer.status_code == 503
    assert "HTML" in answer.content.decode()
