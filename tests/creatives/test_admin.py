"""The back office of the studio: pictures, few queries, moves through the use-cases."""

import pytest
from django.urls import reverse

from creatives import comments, review, words
from creatives.models import (
    Comment,
    Copy,
    Creative,
    Placement,
    Rendition,
    Version,
    Waiver,
)
from creatives.words import Saying
from tests.factories import NOW, a_creative, a_placement, a_site, a_user
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
PICTURED = (Creative, Version, Rendition, Placement, Copy, Comment, Waiver)


@pytest.fixture
def root():
    user = a_user("root")
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def office(client, root):
    client.force_login(root)
    return client


def address(model, name: str = "changelist", *args) -> str:
    return reverse(f"admin:creatives_{model._meta.model_name}_{name}", args=args)


def some(number: int, author, *, first: int = 0) -> None:
    """So many rows of everything, each with a picture and people of its own."""
    site = a_site(locales=["en", "zh-Hans"])
    for n in range(first, first + number):
        creative = a_creative(site, f"Banner {n}", approved=False)
        owner = a_user(f"owner{n}")
        Creative.objects.filter(pk=creative.pk).update(owner=owner)
        Version.objects.filter(creative=creative).update(created_by=owner)
        version = creative.versions.get()
        words.say(version, "zh-Hans", Saying(alt=f"横幅 {n}"), actor=None, now=NOW)
        comments.add(version, text=f"Remark {n}", region=None, actor=author, now=NOW)
        Waiver.objects.create(version=version, rule="weight", reason="Fine", by=owner, at=NOW)
        review.submit(version, actor=None, now=NOW)
        review.approve(version, actor=None, now=NOW)
        a_placement(site, f"slot-{n}", fallback=creative)


def queries(office, model, assert_num) -> int:
    with assert_num(40) as captured:
        answer = office.get(address(model))
    assert answer.status_code == 200
    return len(captured)


def test_lists__30_rows__as_many_queries_as_with_3_and_a_picture_in_each(
    office, root, django_assert_max_num_queries
):
    some(3, root)
    few = {m: queries(office, m, django_assert_max_num_queries) for m in PICTURED}
    some(27, root, first=3)
    many = {m: queries(office, m, django_assert_max_num_queries) for m in PICTURED}
    assert many == few
    for model in PICTURED:
        page = office.get(address(model)).content.decode()
        assert page.count('<img class="thumb') >= 30, model


@pytest.mark.parametrize("model", PICTURED, ids=lambda m: m.__name__)
def test_list__search_filter_and_row__open(office, root, model):
    some(1, root)
    assert office.get(address(model), {"q": "banner"}).status_code == 200
    page = office.get(address(model)).content.decode()
    assert 'id="changelist-filter"' in page
    row = office.get(address(model, "change", model.objects.first().pk))
    assert row.status_code == 200


def test_change__posted_status_and_live__ignored(office):
    site = a_site()
    creative = a_creative(site, "Spring", approved=False)
    version = creative.versions.get()
    sent = {"name": "Renamed", "key": "spring", "live": version.pk, "tags": "", "site": 0}
    assert office.post(address(Creative, "change", creative.pk), sent).status_code == 302
    creative.refresh_from_db()
    assert (creative.name, creative.live, creative.site) == ("Renamed", None, site)
    refused = office.post(address(Version, "change", version.pk), {"status": "approved"})
    assert refused.status_code == 403
    assert Version.objects.get().status == "draft"


def act(office, model, action: str, *rows, **more) -> str:
    data = {"action": action, "_selected_action": [row.pk for row in rows]} | more
    return office.post(address(model), data, follow=True).content.decode()


def test_action__approve__through_review_with_four_eyes_in_force(office, root):
    site = a_site()
    own, other = (a_creative(site, name, approved=False).versions.get() for name in ("A", "B"))
    Version.objects.filter(pk=own.pk).update(created_by=root)
    for version in (own, other):
        review.submit(version, actor=None, now=NOW)
    page = act(office, Version, "approve", own, other)
    assert "You made this version" in page
    assert "Done: 1." in page
    statuses = dict(Version.objects.values_list("creative__name", "status"))
    assert statuses == {"A": "in_review", "B": "approved"}
    assert Creative.objects.get(name="B").live_id == other.pk
    assert AuditEntry.objects.filter(action="approve", actor_name="root").count() == 1


def test_action__submit_reject_withdraw__with_a_reason(office):
    site = a_site()
    draft = a_creative(site, "A", approved=False).versions.get()
    live = a_creative(site, "B").versions.get()
    act(office, Version, "submit", draft)
    assert "Say why." in act(office, Version, "reject", draft)
    act(office, Version, "reject", draft, reason="Too dark")
    assert "move is not possible" in act(office, Version, "withdraw", draft, reason="Gone")
    act(office, Version, "withdraw", live, reason="Sold out")
    found = dict(Version.objects.values_list("creative__name", "status"))
    assert found == {"A": "rejected", "B": "withdrawn"}
    draft.refresh_from_db()
    assert (draft.reason, Creative.objects.get(name="B").live) == ("Too dark", None)


def test_action__archive_many__but_not_what_visitors_see(office):
    site = a_site()
    shown, free = a_creative(site, "Shown"), a_creative(site, "Free")
    a_placement(site, "hero", fallback=shown)
    assert "Visitors still see this banner" in act(office, Creative, "archive", shown, free)
    assert [c.name for c in Creative.objects.exclude(archived_at=None)] == ["Free"]
    act(office, Creative, "restore", free)
    assert not Creative.objects.exclude(archived_at=None).exists()
