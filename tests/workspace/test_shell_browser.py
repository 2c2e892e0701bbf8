"""The frame of every page in a browser: search, keys, messages, guards, ended sessions."""

import pytest
from django.contrib.sessions.models import Session

from tests.factories import a_creative, a_site, a_user
from workspace.models import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(chromium, live_server, client):
    site = a_site()
    person = a_user("mei", role=Role.MARKETER, site=site)
    person.set_password("correct horse")
    person.save()
    creative = a_creative(site, "春季横幅 Hero")
    client.force_login(person)
    context = chromium.new_context(base_url=live_server.url, locale="en")
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    opened = context.new_page()
    opened.creative = f"/s/shop/creatives/{creative.key}/"
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    assert opened.complaints == []
    context.close()


def test_search__by_keyboard_alone__opens_what_was_found(page):
    page.goto("/s/shop/audit/")
    page.keyboard.press("Control+k")
    page.keyboard.type("季横")
    page.locator(".search-hit", has_text="春季横幅").wait_for()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent").startswith("春季横幅")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{page.creative}")
    page.keyboard.press("/")
    page.keyboard.type("audit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/audit/")


def test_keys__turned_off__only_the_combination_works(page):
    page.goto("/s/shop/audit/")
    page.keyboard.press("?")
    page.get_by_label("Keys without Ctrl or ⌘ work").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("/")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Control+k")
    assert page.locator("#search-dialog[open]").count() == 1


def test_message__with_a_way_back__stays_and_takes_back(page):
    page.goto(page.creative)
    page.clock.install()
    page.get_by_role("button", name="Archive", exact=True).first.click()
    page.get_by_text("is in the archive").wait_for()
    page.clock.run_for(60_000)
    page.locator(".messages").get_by_role("button", name="Undo").click()
    page.get_by_text("It is as it was before.").wait_for()
    page.get_by_role("button", name="Close this message").click()
    page.locator("[data-toast]").wait_for(state="detached")


def test_leaving__changed_form__asks_first_and_not_after_saving(page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(page.creative)
    page.fill("[name=licence]", "ours")
    page.goto("/s/shop/audit/")
    assert asked == ["beforeunload"]
    page.goto(page.creative)
    page.fill("[name=licence]", "ours")
    page.locator(".details-form button[type=submit]").click()
    page.get_by_text("Saved.").wait_for()
    page.goto("/s/shop/audit/")
    assert asked == ["beforeunload"]


def test_session__ended_while_typing__form_stays_and_is_sent_after_log_in(page, live_server):
    page.clock.install()
    page.goto(page.creative)
    page.fill("[name=licence]", "bought in May")
    page.clock.run_for(120_000)
    Session.objects.all().delete()
    page.locator(".details-form button[type=submit]").click()
    page.locator("#session-dialog[open]").wait_for()
    with page.expect_popup() as opened:
        page.locator("#session-dialog").get_by_role("link", name="Log in").click()
    other = opened.value
    other.fill("[name=login]", "mei")
    other.fill("[name=password]", "correct horse")
    other.press("[name=password]", "Enter")
    other.wait_for_url("**/s/shop/")
    page.locator("#session-dialog").get_by_role("button", name="Send it again").click()
    page.get_by_text("Saved.").wait_for()
    assert page.input_value("[name=licence]") == "bought in May"
