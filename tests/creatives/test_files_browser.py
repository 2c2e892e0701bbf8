"""Files opened by themselves in a real browser: whatever is in them, nothing of it runs."""

import contextlib

import pytest
from playwright.sync_api import Error

from creatives import media, uploads
from tests.creatives.hostile_bytes import HTML, a
from tests.creatives.hostile_films import film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = b"<!doctype html><script>document.title='ran';alert('ran')</script>" + HTML


@pytest.fixture
def page(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url)
    page, dialogs = context.new_page(), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield page
    context.close()
    assert dialogs == []


@pytest.mark.parametrize("ending", sorted(media.MIME_TYPES))
def test_media__page_under_another_ending__no_script_runs(page, ending):
    """More than our encoders would ever write: should they fail, this still holds."""
    with contextlib.suppress(Error):  # what is taken for a download has no page
        page.goto(f"/media/{media.store(PAGE, ending)}")
    assert page.title() != "ran"


def test_media__what_is_served_of_polyglots__opens_and_runs_nothing(page):
    for data in (a("PNG") + PAGE, a("JPEG") + PAGE, a("GIF", comment=PAGE)):
        for made in uploads.accept(data).served:
            page.goto(f"/media/{media.store(made.data, made.extension)}")
            assert page.title() != "ran"


def test_media__film__plays_and_jumps_within_the_policy_of_our_pages(page):
    made = uploads.accept(film(frames=50)).served[0]
    page.goto("/login/")
    found = page.evaluate(
        """async (address) => {
          const film = document.createElement("video");
          film.muted = true;
          film.src = address;
          document.body.append(film);
          await film.play();
          film.currentTime = 1.5;
          await new Promise((done) => film.addEventListener("seeked", done, { once: true }));
          return [film.videoWidth, film.videoHeight, film.currentTime >= 1.4];
        }""",
        f"/media/{media.store(made.data, made.extension)}",
    )
    assert found == [160, 90, True]
