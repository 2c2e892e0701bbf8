"""A review with the mouse and without it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from creatives import comments, review
from creatives.comments import Region
from creatives.models import Comment, Version
from tests.factories import a_creative, a_site, a_user
from workspace.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def versions():
    """Two in review, made by somebody else."""
    site = a_site()
    a_user("li", role=Role.MANAGER, site=site)
    mei = a_user("mei", role=Role.MARKETER, site=site)
    rows = [a_creative(site, name, approved=False).versions.get() for name in ("Spring", "Autumn")]
    return [review.submit(row, actor=mei, now=timezone.now()) for row in rows]


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def context(request, chromium):
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, java_script_enabled=request.param
    )
    yield context
    context.close()


@pytest.fixture
def page(context, live_server, versions):
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
    page.set_default_timeout(10_000)
    page.goto(f"{live_server.url}/login/")
    page.fill("[name=login]", "li")
    page.fill("[name=password]", "pass-12345")
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("**/s/shop/**")
    page.goto(f"{live_server.url}/s/shop/review/")
    page.get_by_role("link", name="Spring").first.click()
    page.wait_for_url("**/review/spring/1/", wait_until="networkidle")
    return page


only_with_scripts = pytest.mark.parametrize("context", [True], indirect=True, ids=["scripts"])


def status(version):
    return Version.objects.values_list("status", flat=True).get(pk=version.pk)


def test_review__fields_and_buttons__region_typed_and_both_decided(page, versions):
    page.fill(".remark-form [name=text]", "Too dark here")
    page.locator("[data-region-fields] summary").click()
    for name, value in {"left": "10", "top": "20", "width": "30", "height": "40"}.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Comment", exact=True).click()
    page.get_by_text("Too dark here").wait_for()
    box = page.locator(".region-line").bounding_box()
    whole = page.locator("[data-region-picture]").bounding_box()
    assert abs(box["width"] / whole["width"] - 0.3) < 0.02
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("button", name="Open again").wait_for()
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("is approved").wait_for()
    page.fill("[name=reason]", "The wrong season")
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("Nothing waits for review").wait_for()
    assert [status(version) for version in versions] == ["approved", "rejected"]
    assert page.complaints == []


@only_with_scripts
def test_review__mouse__rectangle_fills_the_fields_and_is_kept(page, versions):
    whole = page.locator("[data-region-picture]").bounding_box()
    page.mouse.move(whole["x"] + whole["width"] * 0.5, whole["y"] + whole["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(whole["x"] + whole["width"] * 0.75, whole["y"] + whole["height"] * 0.75)
    page.mouse.up()
    # The text has the focus now: one goes on typing.
    page.keyboard.type("Move it")
    page.get_by_role("button", name="Comment", exact=True).click()
    page.get_by_text("Move it").wait_for()
    remark = Comment.objects.get()
    assert remark.left == pytest.approx(50, abs=1)
    assert remark.top == pytest.approx(25, abs=1)
    assert remark.width == pytest.approx(25, abs=1)
    assert remark.height == pytest.approx(50, abs=1)
    assert page.complaints == []


@only_with_scripts
def test_review__keys__work_until_a_field_has_the_focus(page, versions):
    page.keyboard.press("j")
    page.wait_for_url("**/review/autumn/1/", wait_until="networkidle")
    page.keyboard.press("k")
    page.wait_for_url("**/review/spring/1/", wait_until="networkidle")
    page.keyboard.press("r")
    page.keyboard.type("ajk are letters")
    assert page.input_value("[name=reason]") == "ajk are letters"
    assert status(versions[0]) == "in_review"
    page.locator("h1").click()
    page.keyboard.press("a")
    page.wait_for_url("**/review/autumn/1/")
    assert status(versions[0]) == "approved"
    assert page.complaints == []


@only_with_scripts
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages__axe__finds_nothing(page, live_server, versions, theme):
    region = Region(10, 10, 40, 40)
    remark = comments.add(versions[0], text="Dark", region=region, actor=None, now=timezone.now())
    comments.add(versions[0], text="Good", region=None, actor=None, now=timezone.now())
    comments.resolve(remark, actor=None, now=timezone.now())
    page.emulate_media(color_scheme=theme)
    found = {}
    for path in ("review/", "review/spring/1/", "creatives/spring/", ""):
        page.goto(f"{live_server.url}/s/shop/{path}", wait_until="networkidle")
        result = Axe().run(page).response["violations"]
        found |= {path: [(v["id"], v["nodes"][0]["html"]) for v in result]} if result else {}
    assert found == {}
