"""Creatives over the management API."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from creatives import library, review
from creatives.models import Creative
from tests.creatives.languages import from_before, in_one_language
from tests.factories import NOW, a_creative, a_picture, a_placement, a_site, a_user
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db


def a_file(data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("spring.png", data or a_picture(), "image/png")


def fields(**changes):
    typed = {"name": "Spring", "alt": "Sale", "landing_url": "https://shop.example/"} | changes
    return {name: value for name, value in typed.items() if value is not None}


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_create__upload__a_draft_with_words_in_both_languages(key):
    words = json.dumps({"zh-Hans": {"alt": "春季", "landing_url": "https://shop.example/zh"}})
    answer = key.post("creatives/", fields(upload=a_file(), words=words), form=True)
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["key"], row["live"], row["newest"]["status"]) == ("spring", None, "draft")
    assert row["thumbnail"].startswith("http")
    copy = Creative.objects.get().versions.get().copies.get()
    assert (copy.alt, copy.landing_url) == ("春季", "https://shop.example/zh")
    assert key.get("creatives/spring/").json() == row


def test_create__original_of_an_earlier_upload__needs_no_file(mei, site):
    first = from_before(site, "First")
    sha256 = first.versions.get().original_sha256
    answer = mei.post("creatives/", fields(original=sha256, decorative=True, alt=None))
    assert answer.status_code == 201, answer.content
    made = Creative.objects.get(key="spring")
    assert (made.created_by.username, made.versions.get().original_sha256) == ("mei", sha256)


@pytest.mark.parametrize(
    ("changes", "field", "status"),
    [
        ({}, "upload", 422),
        ({"original": "0" * 64}, "original", 422),
        ({"original": "x"}, "original", 422),
        ({"name": None}, "name", 422),
        ({"upload": "file", "alt": None}, "alt", 422),
        ({"upload": "file", "landing_url": "ftp://x"}, "landing_url", 422),
        ({"upload": "file", "key": "Not A Key"}, "key", 422),
        ({"upload": "file", "key": "taken"}, "key", 409),
        ({"upload": "file", "words": '{"fr": {"alt": "x"}}'}, "locale", 422),
        ({"upload": "file", "words": "[]"}, "words", 422),
        ({"upload": "hostile"}, "upload", 415),
    ],
)
def test_create__does_not_fit__refused_by_field_and_nothing_made(key, site, changes, field, status):
    Creative.objects.create(site=site, key="taken", name="Taken")
    files = {"file": a_file(), "hostile": a_file(b"<svg onload=alert(1)>")}
    changes = {name: files.get(value, value) for name, value in changes.items()}
    answer = key.post("creatives/", fields(**changes), form=True)
    assert (answer.status_code, answer.json().get("field")) == (status, field)
    assert answer["Content-Type"] == "application/problem+json"
    assert Creative.objects.count() == 1


def test_create__original_of_another_site__unknown(key):
    theirs = a_creative(a_site("other"), "Theirs").versions.get()
    answer = key.post("creatives/", fields(original=theirs.original_sha256))
    assert (answer.status_code, answer.json()["field"]) == (422, "original")


def test_list__filters__narrow_it(key, site):
    live = from_before(site, "Live", size=(970, 250))
    draft = a_creative(site, "Draft", approved=False)
    waiting = a_creative(site, "Waiting", approved=False)
    with in_one_language(site):
        review.submit(waiting.versions.get(), actor=None, now=NOW)
    library.archive(from_before(site, "Away"), actor=None, now=NOW)
    soon = timezone.now() + dt.timedelta(days=3)
    owner = a_user("ann", role=Role.MARKETER, site=site)
    Creative.objects.filter(pk=live.pk).update(tags=["spring", "hero"], owner=owner)
    Creative.objects.filter(pk=draft.pk).update(expires_at=soon, tags=["spring"])
    a_placement(site, "wide", width=970, height=250, fallback=None)
    expected = {
        "": ["Waiting", "Draft", "Live"],
        "?state=live": ["Live"],
        "?state=review": ["Waiting"],
        "?state=draft": ["Draft"],
        "?state=archived": ["Away"],
        "?state=expired": [],
        "?tag=spring": ["Draft", "Live"],
        "?tag=spring&tag=hero": ["Live"],
        "?owner=ann": ["Live"],
        "?text=draft: every": ["Draft"],
        "?fits=wide": ["Live"],
        "?expiring=5": ["Draft"],
        "?expiring=2": [],
        "?ordering=name": ["Draft", "Live", "Waiting"],
    }
    assert {query: names(key.get(f"creatives/{query}")) for query in expected} == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=nonsense", "state"),
        ("fits=nothing", "fits"),
        ("expiring=soon", "expiring"),
        ("expiring=99999999999", "expiring"),
        ("ordering=licence", "ordering"),
    ],
)
def test_list__unknown_value__refused_by_name(key, query, field):
    answer = key.get(f"creatives/?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_list__pages__every_row_once_in_few_queries(key, site, django_assert_max_num_queries):
    for number in range(7):
        from_before(site, f"Banner {number}")
    found, path = [], "creatives/?page_size=3"
    while path:
        with django_assert_max_num_queries(8):
            page = key.get(path).json()
        found += [row["name"] for row in page["results"]]
        path = page["next"] and page["next"].split("/api/v1/")[1]
    assert found == [f"Banner {number}" for number in reversed(range(7))]


def test_change__everything_at_once__kept_and_audited(mei, site):
    from_before(site, "Spring")
    end = (timezone.now() + dt.timedelta(days=9)).isoformat()
    change = {
        "name": "Summer",
        "tags": ["Hero", "hero", "warm"],
        "owner": "mei",
        "licence": "Ours",
        "expires_at": end,
        "cap_per_session": 3,
    }
    row = mei.patch("creatives/spring/", change).json()
    assert (row["name"], row["tags"], row["owner"]) == ("Summer", ["hero", "warm"], "mei")
    assert (row["licence"], row["cap_per_session"], row["cap_per_day"]) == ("Ours", 3, None)
    assert row["expires_at"]
    assert AuditEntry.objects.filter(actor_name="mei").count() == 6
    cleared = {"owner": None, "expires_at": None, "tags": [], "cap_per_session": None}
    row = mei.patch("creatives/spring/", cleared).json()
    assert [row[name] for name in cleared] == [None, None, [], None]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "approved"}, "status"),
        ({"live": 1}, "live"),
        ({"name": ""}, "name"),
        ({"owner": "nobody"}, "owner"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"cap_per_day": 0}, "cap_per_day"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"tags": "x"}, "tags"),
    ],
)
def test_change__does_not_fit__refused_by_field_and_nothing_kept(key, site, change, field):
    from_before(site, "Spring")
    answer = key.patch("creatives/spring/", {"licence": "New"} | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert Creative.objects.get().licence == ""


def test_change__if_match__only_of_what_was_read(key, site):
    from_before(site, "Spring")
    tag = key.get("creatives/spring/")["ETag"]
    assert key.get("creatives/spring/", if_none_match=tag).status_code == 304
    changed = key.patch("creatives/spring/", {"name": "Mine"}, if_match=tag)
    assert (changed.status_code, changed["ETag"] == tag) == (200, False)
    late = key.patch("creatives/spring/", {"name": "Theirs"}, if_match=tag)
    assert (late.status_code, late.json()["type"].rsplit("/")[-1]) == (412, "outdated")
    assert key.patch("creatives/spring/", {"name": "Any"}, if_match="*").status_code == 200
    assert Creative.objects.get().name == "Any"


def test_archive__and_restore__409_while_visitors_see_it(key, site):
    creative = from_before(site, "Spring")
    assert key.post("creatives/spring/archive/").json()["archived_at"]
    assert key.post("creatives/spring/restore/").json()["archived_at"] is None
    a_placement(site, "hero", fallback=creative)
    refused = key.post("creatives/spring/archive/")
    assert (refused.status_code, "hero" in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff"])
def test_body__not_an_object__refused(key, body):
    assert key.send("creatives/", body, "application/json").status_code in {400, 422}


def test_language__of_the_reader__in_every_refusal(key):
    answer = key.get("creatives/nothing/", accept_language="zh-Hans")
    assert answer.status_code == 404
    assert answer.json()["title"] == "不存在" or not answer.json()["title"].isascii()
