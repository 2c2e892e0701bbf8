"""An ended session costs nobody what was typed."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from creatives.models import Creative
from tests.factories import a_creative, a_site, a_user
from workspace import kept_posts
from workspace.models import Role

pytestmark = pytest.mark.django_db
SENT = {"tags": ["red", "new"], "licence": "ours <b>", "password": "hunter2", "api_token": "x"}


@pytest.fixture
def mei():
    person = a_user("mei", role=Role.MARKETER, site=a_site())
    person.set_password("correct horse")
    person.save()
    return person


@pytest.fixture
def address(mei):
    creative = a_creative(mei.memberships.get().site)
    return f"/s/shop/creatives/{creative.key}/details/"


def _log_in(client, address):
    return client.post(address, {"login": "mei", "password": "correct horse"})


def test_post__session_has_ended__sent_again_after_the_log_in(client, mei, address):
    answer = client.post(address, SENT)
    assert answer.url == "/login/?next=/kept/"
    assert _log_in(client, answer.url).url == "/kept/"
    page = client.get("/kept/")
    assert dict(page.context["post"].fields) == {"tags": "new", "licence": "ours <b>"}
    body = page.content.decode()
    assert f'action="{address}"' in body
    assert "ours &lt;b&gt;" in body
    assert "hunter2" not in body
    client.post(page.context["post"].path, dict(page.context["post"].fields))
    assert Creative.objects.get().licence == "ours <b>"


def test_post__anonymous_without_token__not_kept(mei, address):
    client = Client(enforce_csrf_checks=True)
    assert client.post(address, SENT).status_code == 403
    assert kept_posts.KEY not in client.session


def test_kept__an_hour_later__forgotten(client, mei, address, rf, now):
    request = rf.post(address, SENT)
    request.session = {}
    kept_posts.keep(request, now=now)
    assert kept_posts.find(request, now=now + dt.timedelta(minutes=59))
    assert kept_posts.find(request, now=now + dt.timedelta(minutes=61)) is None
    assert request.session == {}


def test_kept__file_or_too_much__said_or_left_out(rf, address, now):
    picture = SimpleUploadedFile("a.png", b"x")
    request = rf.post(address, {"name": "A", "picture": picture})
    request.session = {}
    assert kept_posts.keep(request, now=now) == "/kept/"
    assert kept_posts.find(request, now=now).had_files
    request = rf.post(address, {"name": "A" * 300_000})
    request.session = {}
    assert kept_posts.keep(request, now=now) == address
    assert request.session == {}


def test_kept__thrown_away_or_nothing__says_so(client, mei, address):
    answer = client.post(address, SENT)
    _log_in(client, answer.url)
    client.post("/kept/")
    assert client.get("/kept/").status_code == 404


def test_alive__with_and_without_session__says_which(client, mei):
    assert client.get("/session/").json()["alive"] is False
    client.force_login(mei)
    answer = client.get("/session/")
    assert answer.json()["alive"] is True
    assert "no-store" in answer.headers["Cache-Control"]
