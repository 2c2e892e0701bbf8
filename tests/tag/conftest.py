"""A shop, a data plane and a browser, each a real one."""

import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Max
from django.test import override_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from delivery.sink import ASSIGNED
from demo import seed
from demo.stories import fixed_test
from demo.storybook import STORIES
from events.models import Event
from experiments import publishing
from tests import pictures
from tests.plane import running_plane
from workspace.models import Site

RUNNING = ("autumn-hero", "category-strip-coffee")  # what a visitor meets on the shop's pages
# Headless Chromium calls itself a robot, and robots are not counted.
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"  # noqa: E501


@dataclass(frozen=True, slots=True)
class Shop:
    """The demo shop with its data plane; `origin` is where its pages are."""

    origin: str
    plane: str
    key: str
    since: int = 0

    @property
    def events(self):
        """What people have done in this test."""
        return Event.objects.filter(seq__gt=self.since).exclude(kind=ASSIGNED)

    @property
    def stories(self):
        """What each shown banner has led to, the first decision first.

        A page that was loaded anew because its banner came late, or that a click led to, has
        decisions of its own.
        """
        rows = self.events.exclude(decision=None).order_by("decision", "kind")
        found = {}
        for decision, kind in rows.values_list("decision", "kind"):
            found.setdefault(decision, []).append(kind)
        return list(found.values())

    @property
    def kinds(self):
        """The types of what a banner has led to, sorted."""
        return sorted(self.events.exclude(decision=None).values_list("kind", flat=True))

    @property
    def home(self) -> str:
        return f"{self.origin}/demo/"


class Storefront(ThreadingHTTPServer):
    """Somebody else's shop: one page at an origin of its own, under a policy as strict as ours."""

    html = ""
    policy = ""

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Page(BaseHTTPRequestHandler):
    server: Storefront

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.end_headers()
        self.wfile.write(self.server.html.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def storefront():
    with Storefront(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker, tmp_path_factory, storefront):
    """Seeded and committed once for all tests of a module."""
    folder = tmp_path_factory.mktemp("shop")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_STATE", str(folder))
        pictures.encode_once(patch)
        server = LiveServer("127.0.0.1")
        with (
            running_plane(folder, public_url=server.url) as plane,
            override_settings(DELIVERY_URL=plane, PUBLIC_URL=server.url),
        ):
            made = seed.seed(now=timezone.now())
            site = Site.objects.get(key="demo")
            site.origins.append(storefront.origin)
            site.save()
            for story in STORIES:
                if story.key in RUNNING:
                    fixed_test(story, site, timezone.now())
            publishing.publish_if_changed(now=timezone.now())
            _wait_until_known(storefront.origin, plane, made.keys.publishable)
            yield Shop(server.url, plane, made.keys.publishable)
        server.stop()
        _end_other_sessions()
        # Numbers go on: the process of the session tells snapshots apart by them.
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
        with connection.cursor() as cursor:  # made by SQL, so that the flush does not know it
            cursor.execute("TRUNCATE events_event")
        # While the browser's driver runs, Django keeps another connection than afterwards.
        connection.close()


def _wait_until_known(origin, plane, key, seconds=15):
    """The data plane has the snapshot that names the storefront; before that it refuses it."""
    body = json.dumps({"key": key, "placements": ["home-hero"]}).encode()
    headers = {"Origin": origin, "Content-Type": "text/plain"}
    question = urllib.request.Request(f"{plane}/api/v1/decide", body, headers)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(question, timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise AssertionError("the data plane does not know the storefront")


def _end_other_sessions():
    """A connection that the browser keeps open keeps a thread of the server and its session."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


@pytest.fixture
def shop(standing, db):
    last = Event.objects.aggregate(last=Max("seq"))["last"] or 0
    return replace(standing, since=last)


@pytest.fixture
def complaints():
    heard = []
    yield heard
    assert heard == []


@pytest.fixture
def context(chromium):
    context = chromium.new_context(
        viewport={"width": 1366, "height": 900}, locale="en-US", user_agent=AGENT
    )
    yield context
    context.set_offline(True)  # what its pages still have to say is not for the next test
    context.close()


@pytest.fixture
def page(context, complaints):
    """A visitor; errors in the console and breaches of the policy fail the test."""
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on(
        "console",
        lambda m: complaints.append(f"{m.text} {m.location}") if m.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))"
    )
    return page


@pytest.fixture
def open_page(shop, page, storefront):
    """Open a page of somebody else's shop that embeds the tag."""
    storefront.policy = (
        f"default-src 'self'; script-src {shop.plane}; connect-src {shop.plane}; "
        f"img-src data: {shop.plane}; object-src 'none'; base-uri 'none'"
    )

    def open_page(html):
        storefront.html = f'<!doctype html><html lang="en"><link rel="icon" href="data:,">{html}'
        page.goto(storefront.origin)
        return page

    return open_page
