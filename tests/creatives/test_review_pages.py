"""The pages of review, with plain forms: the queue, one version, the panel of a creative."""

import datetime as dt

import pytest
from django.utils import timezone

from creatives import comments, library, review
from creatives.models import Comment, Creative, Version
from tests.factories import a_creative, a_placement, a_site, a_user, an_experiment, approve
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
Status = Version.Status


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def mei(site):
    return a_user("mei", role=Role.MARKETER, site=site)


@pytest.fixture
def li(client, site):
    """The reviewer, logged in."""
    user = a_user("li", role=Role.MANAGER, site=site)
    client.force_login(user)
    return user


def waiting(site, actor, name="Spring", **fields):
    creative = a_creative(site, name, approved=False, **fields)
    version = creative.versions.get()
    return review.submit(version, actor=actor, now=timezone.now())


def path(version, rest=""):
    return f"/s/shop/review/{version.creative.key}/{version.number}/{rest}"


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def status(version):
    return Version.objects.values_list("status", flat=True).get(pk=version.pk)


def test_queue__empty__says_so(client, li):
    assert "Nothing waits for review" in text(client, "/s/shop/review/")


def test_queue__two__counted_in_the_menu_and_on_home(client, site, mei, li):
    waiting(site, mei, "Spring")
    waiting(site, li, "Autumn")
    page = text(client, "/s/shop/review/")
    assert page.index("Spring") < page.index("Autumn")
    assert "somebody else decides" in page
    assert 'class="side-count">2' in page
    home = text(client, "/s/shop/")
    assert "Spring waits for review" in home


def test_page__version_of_a_live_creative__shows_what_changes(client, site, mei, li):
    creative = a_creative(site, "Hero")
    library.add_version(
        creative, alt="Hero: nothing for autumn", landing_url="https://shop.example/autumn",
        upload=None, actor=mei, now=timezone.now(),
    )  # fmt: skip
    version = review.submit(creative.versions.first(), actor=mei, now=timezone.now())
    page = text(client, path(version))
    assert "Version 1 is shown wherever this banner runs. Version 2 waits for review." in page
    assert "<del>everything</del><ins>nothing</ins>" in page
    assert "Shown now: version 1" in page


def test_decide__approve__live_and_on_to_the_next(client, site, mei, li):
    first, second = waiting(site, mei, "Spring"), waiting(site, mei, "Autumn")
    seen = first.submitted_at.isoformat()
    answer = client.post(path(first, "decide/"), {"approve": "1", "seen": seen})
    assert answer["Location"] == path(second)
    assert Creative.objects.get(pk=first.creative_id).live_id == first.pk


def test_decide__last_one__back_to_the_queue(client, site, mei, li):
    version = waiting(site, mei)
    answer = client.post(path(version, "decide/"), {"approve": "1"})
    assert answer["Location"] == "/s/shop/review/"


def test_decide__reject_without_a_reason__asked_for_it(client, site, mei, li):
    version = waiting(site, mei)
    answer = client.post(path(version, "decide/"), {"reject": "1", "reason": " "})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()
    assert status(version) == Status.IN_REVIEW


def test_decide__reject__reason_on_the_makers_page(client, site, mei, li):
    version = waiting(site, mei)
    client.post(path(version, "decide/"), {"reject": "1", "reason": "The price is old."})
    client.force_login(mei)
    page = text(client, f"/s/shop/creatives/{version.creative.key}/")
    assert "The price is old." in page
    assert "Version 1 was rejected." in page


def test_decide__stale_page__told_and_nothing_done(client, site, mei, li):
    version = waiting(site, mei)
    seen = version.submitted_at.isoformat()
    review.recall(version, actor=mei, now=timezone.now())
    review.submit(version, actor=mei, now=timezone.now() + dt.timedelta(seconds=1))
    answer = client.post(path(version, "decide/"), {"approve": "1", "seen": seen}, follow=True)
    assert "submitted anew while you looked at it" in answer.content.decode()
    assert status(version) == Status.IN_REVIEW


def test_decide__own_one__refused_with_what_to_do(client, site, mei, li):
    version = waiting(site, li)
    assert 'data-key="a"' not in text(client, path(version))
    answer = client.post(path(version, "decide/"), {"approve": "1"}, follow=True)
    assert "turn four eyes off under Settings" in answer.content.decode()
    assert status(version) == Status.IN_REVIEW


def test_page__sole_member__led_to_people_and_settings(client, site):
    boss = a_user("boss", role=Role.ADMINISTRATOR, site=site)
    client.force_login(boss)
    page = text(client, path(waiting(site, boss)))
    assert "/s/shop/settings/people/" in page
    assert "turn four eyes off" in page


def test_comment__with_a_region__numbered_over_the_picture(client, site, mei, li):
    version = waiting(site, mei)
    region = {"left": "10", "top": "20.5", "width": "30", "height": "40"}
    answer = client.post(path(version, "comments/"), {"text": "Too dark"} | region, follow=True)
    page = answer.content.decode()
    assert 'x="10.0%" y="20.5%" width="30.0%" height="40.0%"' in page
    assert "Too dark" in page
    assert AuditEntry.objects.filter(action="comment", actor=li).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "x", "left": "10"},
        {"text": "x", "left": "120", "top": "0", "width": "5", "height": "5"},
        {"text": "x", "left": "-1", "top": "0", "width": "5", "height": "5"},
        {"text": "x", "left": "nan", "top": "0", "width": "5", "height": "5"},
        {"text": "x", "left": "10", "top": "0", "width": "0", "height": "5"},
        {"text": "x" * 2001},
    ],
)
def test_comment__bad__told_and_kept(client, site, mei, li, fields):
    version = waiting(site, mei)
    answer = client.post(path(version, "comments/"), fields)
    assert answer.status_code == 422
    assert not Comment.objects.exists()
    # htmx swaps nothing in that comes with an error's status.
    part = client.post(path(version, "comments/"), fields, headers={"HX-Request": "true"})
    assert part.status_code == 200


def test_comment__resolved__and_open_again(client, site, mei, li):
    version = waiting(site, mei)
    remark = comments.add(version, text="Dark", region=None, actor=mei, now=timezone.now())
    client.post(path(version, f"comments/{remark.pk}/"))
    remark.refresh_from_db()
    assert remark.resolved_by == li
    client.post(path(version, f"comments/{remark.pk}/"))
    remark.refresh_from_db()
    assert remark.resolved_at is None


def test_panel__from_draft_to_shown_again__buttons_lead_there(client, site, mei, li):
    client.force_login(mei)
    creative = a_creative(site, "Hero", approved=False)
    page = f"/s/shop/creatives/{creative.key}/"
    assert "Submit for review" in text(client, page)
    client.post(f"{page}versions/1/submit/")
    assert "Take back" in text(client, page)
    client.post(f"{page}versions/1/recall/")
    approve(creative)
    client.post(f"{page}versions/1/withdraw/", {"reason": "Old price"})
    assert "Version 1 was withdrawn." in text(client, page)
    answer = client.post(f"{page}versions/1/show-again/", follow=True)
    assert "can be shown again" in answer.content.decode()


def test_panel__earlier_approved_version__shown_again(client, site, mei, li):
    creative = a_creative(site, "Hero")
    library.add_version(
        creative, alt="New", landing_url="https://shop.example/", upload=None, actor=None,
        now=timezone.now(),
    )  # fmt: skip
    approve(creative)
    page = f"/s/shop/creatives/{creative.key}/"
    assert "Show this version again" in text(client, f"{page}?version=1")
    client.post(f"{page}versions/1/show-again/")
    creative.refresh_from_db()
    assert creative.live.number == 1


def test_withdraw__without_a_reason__refused(client, site, li):
    creative = a_creative(site)
    client.post(f"/s/shop/creatives/{creative.key}/versions/1/withdraw/")
    creative.refresh_from_db()
    assert creative.live is not None


def test_end__set_and_refused__told(client, site, mei, li):
    client.force_login(mei)
    creative = a_creative(site)
    page = f"/s/shop/creatives/{creative.key}/end/"
    answer = client.post(page, {"expires_at": "2020-01-01T10:00"}, follow=True)
    assert "This time has passed." in answer.content.decode()
    client.post(page, {"expires_at": "2999-01-01T10:00"})
    creative.refresh_from_db()
    # In the zone of the site.
    assert creative.expires_at == dt.datetime(2999, 1, 1, 2, 0, tzinfo=dt.UTC)
    client.post(page, {"expires_at": ""})
    creative.refresh_from_db()
    assert creative.expires_at is None


@pytest.mark.parametrize("move", ["submit", "recall"])
def test_move__manager__may_not_edit(client, site, li, move):
    creative = a_creative(site, approved=False)
    answer = client.post(f"/s/shop/creatives/{creative.key}/versions/1/{move}/")
    assert answer.status_code == 403


def test_move__unknown_or_by_get__refused(client, site, li):
    creative = a_creative(site)
    assert client.post(f"/s/shop/creatives/{creative.key}/versions/1/publish/").status_code == 404
    assert client.get(f"/s/shop/creatives/{creative.key}/versions/1/submit/").status_code == 405


def test_pages__another_site__not_found(client, site, mei):
    version = waiting(site, mei)
    client.force_login(a_user("stranger", role=Role.ADMINISTRATOR, site=a_site("other")))
    for address in (path(version), "/s/shop/review/"):
        assert client.get(address).status_code == 404
    assert client.get(path(version).replace("/shop/", "/other/")).status_code == 404
    assert client.post(path(version, "decide/"), {"approve": "1"}).status_code == 404


def test_pages__many_waiting__few_queries(client, site, mei, li, django_assert_max_num_queries):
    placement = a_placement(site)
    an_experiment(site, status="running", placement=placement)
    version, *_others = [waiting(site, mei, f"B{n}", size=(60, 20)) for n in range(8)]
    for n in range(8):
        comments.add(version, text=f"No {n}", region=None, actor=mei, now=timezone.now())
    detail = f"/s/shop/creatives/{version.creative.key}/"
    for address in ("/s/shop/review/", path(version), detail, "/s/shop/"):
        with django_assert_max_num_queries(30):
            text(client, address)


@pytest.mark.usefixtures("li")
def test_queue__more_than_a_page__the_rest_behind_it(client, site):
    for number in range(27):
        waiting(site, None, f"Banner {number}")
    first = text(client, "/s/shop/review/")
    second = text(client, "/s/shop/review/?page=2")
    assert "Banner 24<" in first
    assert "Banner 25<" not in first
    assert "Banner 26<" in second
