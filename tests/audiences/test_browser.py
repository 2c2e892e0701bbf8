"""The editor in a real browser: rows follow what is chosen, sentence and size follow the rows."""

import time

import pytest

from audiences.models import Segment
from tests.audiences.profiles import a_profile, keep
from tests.factories import a_site, a_user
from workspace.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium, live_server):
    site = a_site()
    a_user("mei", role=Role.MARKETER, site=site)
    now_ms = int(time.time() * 1000)
    keep(site, a_profile(now_ms, looks=1), a_profile(now_ms, looks=4))
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
    page, complaints = context.new_page(), []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto("/login/?next=/s/shop/audiences/new/")
    page.fill("[name=login]", "mei")
    page.fill("[name=password]", "pass-12345")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/audiences/new/")
    yield page
    context.close()
    assert complaints == []


def test_editor__chosen_and_typed__sentence_and_size_beside_it(page):
    page.fill("[name=name]", "Friends of shoes")
    page.select_option("[name=r-0-feature]", "affinity.category.")
    page.fill("[name=r-0-part]", "shoes")
    page.fill("[name=r-0-value]", "1.5")
    page.press("[name=r-0-value]", "Tab")
    page.wait_for_selector("#preview >> text=1 of 2 visitors known now")
    page.click("[name=alternative]")
    page.wait_for_selector("[name=r-1-value]")
    assert page.input_value("[name=r-0-part]") == "shoes"
    page.select_option("[name=r-1-feature]", "device")
    page.wait_for_selector("[name=r-1-op] option[value=contains]", state="attached")
    page.click("[aria-label='Remove condition 2']")
    page.wait_for_selector("[name=r-1-value]", state="detached")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click("text=Save the segment")
    page.wait_for_url("**/audiences/friends-of-shoes/")
    assert Segment.objects.get().rule["all"][0]["value"] == 1.5


def test_list__opened__sizes_counted_after_it(page):
    page.fill("[name=name]", "Newcomers")
    page.select_option("[name=r-0-feature]", "visits")
    page.select_option("[name=r-0-op]", "less_than")
    page.fill("[name=r-0-value]", "2")
    page.press("[name=r-0-value]", "Enter")
    page.wait_for_url("**/audiences/newcomers/")
    page.goto("/s/shop/audiences/")
    page.wait_for_selector("text=2 of 2 visitors known now")


def test_editor__typed_while_the_rows_are_on_their_way__not_lost(page):
    page.route("**/audiences/new/", lambda route: (time.sleep(1), route.continue_()))
    page.select_option("[name=r-0-feature]", "spent")
    page.fill("[name=r-0-value]", "300")
    assert page.is_disabled("[name=r-0-op]")
    page.wait_for_selector(".input-group-text")
    assert page.input_value("[name=r-0-value]") == "300"
    assert page.is_enabled("[name=r-0-op]")
