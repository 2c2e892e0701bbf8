"""What the page of snippets shows is carried out as it stands, against a real data plane."""

import html
import os
import re
import shutil
import subprocess
import sys

import pytest
from django.contrib.auth.models import User
from django.test import Client

from banner_lab.stack.processes import wait_until
from tests import factories
from tests.doors import a_banner, log_rows
from workspace.models import Role

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
SNIPPETS = "/s/shop/settings/snippet/"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def committed_world(committed_world, origin):
    """The shop whose page may ask, with a test that clients may decide by themselves."""
    committed_world.site.origins.append(origin)
    committed_world.site.save()
    type(committed_world.experiment).objects.filter(pk=committed_world.experiment.pk).update(
        local=True
    )
    letter = {"page_type": "email", "fallback": a_banner(committed_world.site, "letter")}
    factories.a_placement(committed_world.site, "letter", **letter)
    committed_world.publish()
    return committed_world


@pytest.fixture
def somebody(world):
    client, known = Client(), User.objects.filter(username="mei").first()
    client.force_login(known or factories.a_user("mei", role=Role.MARKETER, site=world.site))
    return client


@pytest.fixture
def snippet(somebody, granian, settings):
    """The text that a visitor of the page would copy."""
    settings.DELIVERY_URL = f"http://127.0.0.1:{granian.port}"

    def snippet(way):
        page = somebody.get(f"{SNIPPETS}?in={way}&placement=home-hero").content.decode()
        found = re.search(r'<code id="code-text">(.*?)</code>', page, re.DOTALL)
        assert f'aria-current="page">{way.split("-")[0]}'.lower() in page.lower()
        return html.unescape(found[1])

    return snippet


def carried_out(*command, **more):
    around = os.environ | more
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=around, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_the_log(rows) -> bool:
    """Soon: what a busy database does not take in time waits in the spool for a moment."""
    return wait_until(lambda: log_rows() == rows, seconds=10)


def test_curl__as_it_stands__decides_and_counts(snippet):
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    said = carried_out("bash", "-c", snippet("curl"))
    assert '"variant":"b"' in said
    assert '"stored":1' in said
    assert in_the_log([("page_view", "")])


def test_python__as_it_stands__decides_and_counts(snippet):
    said = carried_out(sys.executable, "-c", snippet("python"))
    assert said.startswith("SPLIT spring-hero-b")
    assert in_the_log([("impression", "")])


def test_openfeature_in_python__as_it_stands__gets_variant_and_token(snippet):
    said = carried_out(sys.executable, "-c", snippet("openfeature-python"))
    assert re.match(r"b spring-hero-b: everything for spring bl1\.", said)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("javascript", r"spring-hero-b: .*\n\{received: 1"),
        ("openfeature-web", r"b spring-hero-b: everything for spring bl1\."),
        ("growthbook", "^b$"),
    ],
)
def test_browser__as_it_stands__says_what_it_got(snippet, chromium, origin, way, said):
    page, heard = chromium.new_page(), []
    page.on("console", lambda one: heard.append(one.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(origin)
    page.add_script_tag(content=snippet(way), type="module")
    for _ in range(60):
        if re.search(said, "\n".join(heard)):
            break
        page.wait_for_timeout(100)
    page.close()
    assert re.search(said, "\n".join(heard)), heard


def test_mailing__as_it_stands__html_whose_links_lead_and_count(somebody, granian, world, settings):
    settings.DELIVERY_URL = f"http://127.0.0.1:{granian.port}"
    page = somebody.get("/s/shop/placements/letter/").content.decode()
    code = html.unescape(re.search(r'<code id="mail-python">(.*?)</code>', page, re.DOTALL)[1])
    said = carried_out(sys.executable, "-c", code, BANNER_LAB_SECRET_KEY=world.sk)
    links = re.findall(r"http://[^/]+(/[ic]/bl1[^\"]+)", html.unescape(said))
    assert len(links) == 4
    led = [granian.get(link) for link in links]
    assert [answer.status for answer in led] == [302] * 4
    assert led[0].headers["location"] == "https://shop.example/spring"
    marks = {("click", "too_soon"), ("click", ""), ("impression", "")}  # nobody is as quick
    kinds = {"click", "impression"}
    assert wait_until(lambda: {kind for kind, _mark in log_rows()} == kinds, seconds=10)
    assert set(log_rows()) <= marks
    assert "mail-python" not in somebody.get("/s/shop/placements/home-hero/").content.decode()


def test_arriving__before_and_after_the_first_event__says_so(snippet, somebody, granian, world):
    path = "/s/shop/arriving/"
    assert b"Nothing has arrived yet" in somebody.get(path, headers={"HX-Request": "true"}).content
    carried_out("bash", "-c", snippet("curl"))
    page = somebody.get(path).content.decode()
    assert "Events arrive" in page
    assert "<code>page_view</code>" in page
    event = {"type": "page_view", "user_id": "u-42", "id": "by-a-robot"}
    granian.post("/api/v1/events", event, key=world.pk, user_agent="curl/8.0")
    fragment = somebody.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "with the mark <code>bot</code>" in fragment
    assert "<html" not in fragment


def test_arriving__somebody_elses_site__is_not_there(granian):
    client = Client()
    client.force_login(factories.a_user("bo", role=Role.MARKETER, site=factories.a_site("other")))
    assert client.get("/s/shop/arriving/").status_code == 404
