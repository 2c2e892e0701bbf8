"""A small cast, a fixed clock and empty tables for every test."""

import datetime as dt
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation
from xdist.scheduler import LoadFileScheduling

from tests import emptying

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
WALKS = "tests/flows/"
# The first draws the same pages without a window to keep, for a fifth less of the processor.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")


def pytest_configure() -> None:
    """Making people must not cost what guessing their passwords should; no law has a clock.

    Each client of a test loads the middleware anew, and that need not read every static file.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("lab", deadline=None, suppress_health_check=slow)
    hypothesis.settings.load_profile("lab")


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay to the end: nobody need look through them for waste."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Rows of tests: the plan by which they are handed out."""
    return Rows(config, log)


class Rows(LoadFileScheduling):
    """A file stays in one row, and so do all walks through the whole product.

    It takes a minute and a half to start, and in one row it does so once.
    """

    def _split_scope(self, nodeid: str) -> str:
        return WALKS if nodeid.startswith(WALKS) else str(super()._split_scope(nodeid))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that commit leave much to empty."""
    with django_db_blocker.unblock():
        emptying.install()


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def shared_data() -> Path:
    """Real data for trials; skips with the reason where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("real data (../shared/data) is not on this machine")
    return folder


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page asked for in Chinese leaves its language to the thread, and to the next test."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Debian's Chromium, headless; skipped with the reason where there is none.

    One for the session: the driver's event loop stays in this thread, where a second driver would
    refuse to start and Django its queries.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("LAB_BROWSER") == "required":
            pytest.fail("no Chromium on this machine, but LAB_BROWSER=required")
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
