"""Visits to landing pages: a real server answers, as pages of shops do."""

import datetime as dt
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from creatives import landings, review
from creatives.models import Landing, Version
from tests.factories import NOW, SPRING, a_creative, a_landing, a_site
from workspace import jobs
from workspace.models import Job

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class Shop(BaseHTTPRequestHandler):
    """Each path answers with the status that it is called."""

    seen: Counter = Counter()

    def _answer(self) -> None:
        self.seen[f"{self.command} {self.path}"] += 1
        status = {"/no-head": 405 if self.command == "HEAD" else 200, "/moved": 302}.get(
            self.path
        ) or int(self.path.strip("/") or 200)
        self.send_response(status)
        if self.path == "/moved":
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = _answer  # noqa: N815 - the names that the server looks for

    def log_message(self, *_args) -> None:
        """Nothing."""


@pytest.fixture
def shop(settings):
    Shop.seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    origin = f"http://127.0.0.1:{server.server_port}"
    settings.FETCH_ORIGINS = [origin]
    yield origin
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "status", "is_dead"),
    [("200", 200, False), ("no-head", 200, False), ("moved", 200, False), ("404", 404, True),
     ("410", 410, True), ("503", 503, True), ("401", 401, False)],
)  # fmt: skip
def test_visit__page_answers__its_status_is_kept(shop, path, status, is_dead, now):
    row = landings.visit(a_site(), f"{shop}/{path}", now=now)
    assert (row.status, landings.is_dead(row), row.checked_at) == (status, is_dead, now)


def test_visit__page_moved__where_it_ends_is_kept(shop, now):
    assert landings.visit(a_site(), f"{shop}/moved", now=now).final_url == f"{shop}/200"


def test_visit__alive__one_request_of_the_cheap_sort(shop, now):
    landings.visit(a_site(), f"{shop}/200", now=now)
    assert Shop.seen == {"HEAD /200": 1}


def test_visit__nobody_listens_or_inside_the_house__kept_with_the_reason(settings, now):
    settings.FETCH_ORIGINS = []
    row = landings.visit(a_site(), "http://127.0.0.1:8080/", now=now)
    assert (row.status, landings.is_dead(row)) == (0, True)
    assert "127.0.0.1" in row.error


def test_visit__again__same_row(shop, now):
    site = a_site()
    for _ in range(2):
        landings.visit(site, f"{shop}/200", now=now)
    assert Landing.objects.filter(site=site, url=f"{shop}/200").count() == 1


def _draft(site, url: str) -> Version:
    creative = a_creative(site, approved=False)
    creative.versions.update(landing_url=url)
    return creative.versions.get()


def test_submit__page_not_visited__a_job_visits_it(shop, now):
    site = a_site(origins=[shop])
    version = _draft(site, f"{shop}/404")
    review.submit(version, actor=None, now=now)
    (job,) = Job.objects.filter(kind=landings.KIND, site=site)
    done = jobs.run(job.pk, now=now)
    assert (done.status, done.result) == ("done", {"visited": 1, "dead": 1})
    assert Landing.objects.get(url=f"{shop}/404").status == 404


def test_submit__page_visited_today__no_job(now):
    a_creative(a_site())
    assert not Job.objects.filter(kind=landings.KIND).exists()


def test_ask_everywhere__a_day_later__pages_in_use_only_and_once(now):
    site = a_site()
    a_creative(site)
    _draft(site, "https://shop.example/draft")
    assert landings.ask_everywhere(now=now) == 0
    later = now + DAY
    assert landings.due(site, now=later) == [SPRING]
    assert [landings.ask_everywhere(now=later) for _ in range(2)] == [1, 1]
    assert Job.objects.filter(kind=landings.KIND).count() == 1


def test_due__page_was_dead__asked_again_after_ten_minutes(now):
    site = a_site()
    a_creative(site)
    a_landing(site, status=503, at=now)
    assert landings.due(site, now=now + dt.timedelta(minutes=9)) == []
    assert landings.due(site, now=now + dt.timedelta(minutes=10)) == [SPRING]


def test_dead_ends__shown_banner__is_named_and_stays_shown(now):
    site = a_site()
    creative = a_creative(site)
    assert list(landings.dead_ends(site)) == []
    a_landing(site, status=404)
    assert list(landings.dead_ends(site)) == [creative]
    creative.refresh_from_db()
    assert creative.live is not None


def test_home__dead_end__says_so_to_whoever_can_mend_it(client):
    from tests.factories import a_user

    site = a_site()
    creative = a_creative(site, "Kettles")
    a_landing(site, status=404)
    client.force_login(a_user(role="marketer", site=site))
    page = client.get(f"/s/{site.key}/").content.decode()
    assert "its landing page is not there" in page
    assert f"/creatives/{creative.key}/#checks" in page
    client.force_login(a_user(role="manager", site=site))
    assert "its landing page is not there" not in client.get(f"/s/{site.key}/").content.decode()


@pytest.mark.parametrize("clock", [NOW])
def test_task__clock__asks_once_per_tick(clock):
    from creatives import tasks

    a_creative(a_site())
    Landing.objects.all().delete()
    tasks.check_landings()
    tasks.check_landings()
    assert Job.objects.filter(kind=landings.KIND).count() == 1
