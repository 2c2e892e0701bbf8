"""Versions, words, moves and comments over the management API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from creatives.models import Creative, Version
from tests.creatives.languages import from_before
from tests.factories import a_creative, a_picture
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
V1 = "creatives/spring/versions/1/"
ZH = f"{V1}words/zh-Hans/"


@pytest.fixture
def draft(site) -> Version:
    return from_before(site, "Spring", approved=False).versions.get()


@pytest.fixture
def one_language(site) -> None:
    """So that nothing is missing for a review."""
    site.locales = ["en"]
    site.save()


def status(answer, expected: int = 200) -> str:
    assert answer.status_code == expected, answer.content
    return answer.json()["status"]


def test_version__read__words_files_and_facts(key, draft):
    Version.objects.filter(pk=draft.pk).update(facts={"look": "00ff"})
    row = key.get(V1).json()
    assert (row["creative"], row["number"], row["status"]) == ("spring", 1, "draft")
    assert [(said["locale"], said["lacks"]) for said in row["words"]] == [
        ("en", []),
        ("zh-Hans", ["alt"]),
    ]
    assert {file["purpose"] for file in row["renditions"]} == {"served", "thumbnail"}
    assert key.get(f"{V1}facts/").json() == {"look": "00ff"}
    assert [v["number"] for v in key.get("creatives/spring/versions/").json()["results"]] == [1]


@pytest.mark.usefixtures("one_language")
def test_versions__many__few_queries(key, site, django_assert_max_num_queries):
    a_creative(site, "Spring")
    for _ in range(4):
        assert key.post("creatives/spring/versions/", {"alt": "New"}).status_code == 201
    with django_assert_max_num_queries(7):
        rows = key.get("creatives/spring/versions/").json()["results"]
    assert [row["number"] for row in rows] == [5, 4, 3, 2, 1]


def test_next__without_a_file__picture_and_words_stay(key, draft):
    key.put(ZH, {"alt": "春季"})
    made = key.post("creatives/spring/versions/", {"alt": "Anew"})
    assert made.status_code == 201
    said = made.json()["words"]
    assert (said[0]["alt"], said[1]["alt"]) == ("Anew", "春季")
    file = SimpleUploadedFile("x.png", a_picture(600, 200), "image/png")
    third = key.post("creatives/spring/versions/", {"upload": file}, form=True).json()
    assert (third["number"], third["width"], third["words"][0]["alt"]) == (3, 600, "Anew")


def test_words__put__kept_while_a_draft_with_its_tag(key, draft):
    tag = key.get(ZH)["ETag"]
    said = key.put(ZH, {"alt": "春季"}, if_match=tag)
    assert said.json() == {
        "locale": "zh-Hans",
        "dir": "ltr",
        "alt": "春季",
        "landing_url": "",
        "slots": {},
        "lacks": [],
    }
    assert key.put(ZH, {"alt": "别的"}, if_match=tag).status_code == 412
    assert key.put(f"{V1}words/en/", {"decorative": True, "alt": ""}).status_code == 200
    key.post(f"{V1}submit/")
    late = key.put(ZH, {"alt": "晚了"})
    assert (late.status_code, "new version" in late.json()["hint"]) == (409, True)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (ZH, {"alt": "春" * 251}, "alt"),
        (ZH, {"landing_url": "javascript:1"}, "landing_url"),
        (ZH, {"slots": {"headline": "x"}}, "slots.headline"),
        (f"{V1}words/fr/", {"alt": "x"}, "locale"),
        (f"{V1}words/en/", {"alt": ""}, "alt"),
    ],
)
def test_words__do_not_fit__refused_by_field(key, draft, path, body, field):
    answer = key.put(path, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.usefixtures("one_language")
def test_review__two_people__from_draft_to_visitors_and_away(mei, bo, draft):
    assert status(mei.post(f"{V1}submit/")) == "in_review"
    assert status(mei.post(f"{V1}recall/")) == "draft"
    mei.post(f"{V1}submit/")
    own = mei.post(f"{V1}approve/")
    assert (own.status_code, "somebody else" in own.json()["detail"]) == (403, True)
    assert status(bo.post(f"{V1}approve/", {})) == "approved"
    assert bo.get(V1).json()["is_live"]
    assert Creative.objects.get().live_id == draft.pk
    assert bo.post(f"{V1}withdraw/", {}).json()["field"] == "reason"
    assert status(bo.post(f"{V1}withdraw/", {"reason": "Sold out"})) == "withdrawn"
    assert Creative.objects.get().live is None
    moves = AuditEntry.objects.filter(actor_name="bo").values_list("action", flat=True)
    assert set(moves) == {"approve", "withdraw"}


@pytest.mark.usefixtures("one_language")
def test_review__no__with_a_reason(mei, bo, draft):
    mei.post(f"{V1}submit/")
    assert bo.post(f"{V1}reject/", {"reason": " "}).status_code == 422
    row = bo.post(f"{V1}reject/", {"reason": "Too dark"}).json()
    assert (row["status"], row["reason"], row["reviewed_by"]) == ("rejected", "Too dark", "bo")
    assert bo.post(f"{V1}approve/", {}).status_code == 409


@pytest.mark.usefixtures("one_language")
def test_show_again__earlier_approved_version__shown_at_once(mei, bo, key, draft):
    for number in (1, 2):
        if number == 2:
            mei.post("creatives/spring/versions/", {"alt": "Anew"})
        mei.post(f"creatives/spring/versions/{number}/submit/")
        assert status(bo.post(f"creatives/spring/versions/{number}/approve/", {})) == "approved"
    assert key.get("creatives/spring/").json()["live"] == 2
    assert status(key.post(f"{V1}show-again/")) == "approved"
    assert key.get("creatives/spring/").json()["live"] == 1
    assert key.post(f"{V1}show-again/").status_code == 409


@pytest.mark.usefixtures("one_language")
@pytest.mark.parametrize("move", ["approve", "reject", "withdraw"])
def test_key__no_person__may_not_judge(key, draft, move):
    assert status(key.post(f"{V1}submit/")) == "in_review"
    answer = key.post(f"{V1}{move}/", {"reason": "Because"})
    assert answer.status_code == 403
    assert "no person" in answer.json()["detail"]
    assert Version.objects.get().status == "in_review"


def test_move__if_match__only_of_what_was_read(mei, draft):
    tag = mei.get(V1)["ETag"]
    mei.put(ZH, {"alt": "春季"})
    assert mei.post(f"{V1}submit/", if_match=tag).status_code == 412
    assert status(mei.post(f"{V1}submit/", if_match=mei.get(V1)["ETag"])) == "in_review"


def test_comments__with_region__added_listed_and_resolved_once(mei, key, draft):
    region = {"left": 10, "top": 20, "width": 30, "height": 40}
    made = mei.post(f"{V1}comments/", {"text": "Too dark", "region": region})
    assert made.status_code == 201
    assert (made.json()["author"], made.json()["region"]) == ("mei", region)
    assert key.post(f"{V1}comments/", {"text": "Seen"}).json()["author"] is None
    found = key.get(f"{V1}comments/").json()["results"]
    assert [row["text"] for row in found] == ["Too dark", "Seen"]
    resolve = f"{V1}comments/{made.json()['id']}/resolve/"
    assert mei.post(resolve).json()["resolved_by"] == "mei"
    assert mei.post(resolve).status_code == 409
    reopen = resolve.replace("resolve", "reopen")
    assert mei.post(reopen).json()["resolved_by"] is None
    assert mei.post(reopen).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "x", "region": {"left": 101, "top": 0, "width": 9, "height": 5}}, "region.left"),
        ({"text": "x", "region": {"left": 0, "top": 0, "width": 0, "height": 5}}, "region"),
        ({"text": "x", "region": {"left": 0}}, "region.top"),
    ],
)
def test_comments__do_not_fit__refused_by_field(mei, draft, body, field):
    answer = mei.post(f"{V1}comments/", body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
