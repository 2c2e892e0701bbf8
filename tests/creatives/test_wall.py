"""The wall: what each filter finds, views kept under a name, and one thing done to many."""

import datetime as dt

import pytest
from django.utils import timezone

from creatives import bulk, details, expiring, review, wall
from creatives.bulk import Action, Order
from creatives.models import Copy, Creative
from engine.errors import InvalidInput
from experiments.views.finding import find
from tests.factories import (
    a_creative,
    a_picture,
    a_placement,
    a_site,
    a_user,
    an_experiment,
    approve,
)
from workspace.models import AuditEntry, Role, SavedView, Site

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def marketer(client, site):
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


def _found(client, query):
    return {c.name for c in client.get(f"/s/shop/creatives/?{query}").context["page"]}


def test_wall__states__one_ribbon_each_and_a_filter_for_each(client, site, now):
    live, draft = a_creative(site, "Live"), a_creative(site, "Draft", approved=False)
    asked, no = (a_creative(site, name, approved=False) for name in ("Asked", "No"))
    review.submit(asked.versions.get(), actor=None, now=now)
    review.reject(
        review.submit(no.versions.get(), actor=None, now=now), reason="Blurred", actor=None, now=now
    )
    gone, old = a_creative(site, "Gone"), a_creative(site, "Old")
    Creative.objects.filter(pk=gone.pk).update(expires_at=timezone.now() - dt.timedelta(hours=1))
    Creative.objects.filter(pk=old.pk).update(archived_at=now)
    assert _found(client, "state=live") == {"Live"}
    assert _found(client, "state=draft") == {"Draft"}
    assert _found(client, "state=review") == {"Asked"}
    assert _found(client, "state=rejected") == {"No"}
    assert _found(client, "state=expired") == {"Gone"}
    assert _found(client, "state=archived") == {"Old"}
    tiles = client.get("/s/shop/creatives/").context["tiles"]
    ribbons = {tile.creative.name: tile.ribbon.key for tile in tiles}
    assert ribbons == {
        "Live": "live",
        "Draft": "draft",
        "Asked": "review",
        "No": "rejected",
        "Gone": "expired",
    }
    assert live.pk != draft.pk


def test_wall__newer_draft_of_a_live_one__picture_stays_and_the_draft_is_told(client, site, now):
    from creatives import library

    creative = a_creative(site, "Hero")
    library.add_version(
        creative,
        alt="Newer",
        landing_url="https://shop.example/",
        upload=a_picture(1200, 400, "red"),
        filename="b.png",
        actor=None,
        now=now,
    )
    tile = client.get("/s/shop/creatives/").context["tiles"][0]
    assert (tile.version.number, tile.number) == (1, 2)
    assert (tile.ribbon.key, tile.coming.key) == ("live", "draft")
    assert _found(client, "state=live") == _found(client, "state=draft") == {"Hero"}


def test_wall__further_filters__in_the_address(client, site, marketer, now):
    mine, other = a_creative(site, "Mine"), a_creative(site, "Other")
    Site.objects.update(locales=["en", "zh-Hans"])
    details.set_tags(mine, tags=["Spring", "sale"], actor=None, now=now)
    details.set_owner(mine, owner=marketer, actor=None, now=now)
    later = timezone.now() + dt.timedelta(days=3)
    expiring.set_expiry(mine, expires_at=later, actor=None, now=now)
    assert _found(client, "tag=spring") == _found(client, "owner=mei") == {"Mine"}
    assert _found(client, "expiring=on") == {"Mine"}
    assert _found(client, "q=SPRI") == {"Mine", "Other"}  # the words of both say spring
    assert _found(client, "q=sale") == {"Mine"}
    assert _found(client, "kind=video") == set()
    draft = a_creative(site, "Draft", approved=False)
    Copy.objects.create(version=draft.versions.get(), locale="zh-Hans", alt="春季")
    assert _found(client, "lacks=zh-Hans") == {"Mine", "Other"}
    assert _found(client, "lacks=en") == set()
    assert _found(client, "q=春") == {"Draft"}
    assert _found(client, "tag=nonsense&owner=nobody&lacks=xx") == {"Mine", "Other", "Draft"}
    assert other.tags == []


def test_fits__size_for_phones__every_size_counts(client, site):
    wide, _tall = a_creative(site, "Wide"), a_creative(site, "Tall", size=(160, 600))
    place = a_placement(site, "hero", fallback=None, phone_width=300, phone_height=400)
    assert _found(client, "fits=hero") == set()
    version = wide.versions.get()
    for rendition in version.renditions.filter(purpose="served"):
        rendition.pk, rendition.css_width, rendition.css_height = None, 300, 400
        rendition.save()
    assert _found(client, f"fits={place.key}") == {"Wide"}


def test_views__kept_listed_and_deleted__only_ones_own(client, site):
    client.post("/s/shop/creatives/views/keep/?state=draft&q=&page=2", {"name": " Drafts "})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.page) == ("Drafts", "state=draft", "creatives")
    page = client.get("/s/shop/creatives/?state=draft")
    assert [active for _view, active in page.context["views"]] == [True]
    client.force_login(a_user("lee", role=Role.MARKETER, site=site))
    assert client.get("/s/shop/creatives/").context["views"] == []
    client.post(f"/s/shop/creatives/views/{view.pk}/remove/")
    assert SavedView.objects.exists()


@pytest.mark.parametrize(
    ("query", "name"), [("", "All"), ("q=x", " "), (f"q={'x' * 1001}", "Long")]
)
def test_views__nothing_to_keep__refused(client, query, name):
    client.post(f"/s/shop/creatives/views/keep/?{query}", {"name": name})
    assert not SavedView.objects.exists()


def test_bulk__tags__done_to_the_chosen_and_audited(client, site):
    first, second, third = (a_creative(site, name) for name in "ABC")
    data = {"action": "add-tag", "tag": " Summer ", "creative": [first.key, second.key]}
    client.post("/s/shop/creatives/many/?q=x", data)
    tags = dict(Creative.objects.values_list("name", "tags"))
    assert tags == {"A": ["summer"], "B": ["summer"], "C": []}
    assert AuditEntry.objects.filter(action="set tags").count() == 2
    client.post("/s/shop/creatives/many/", data | {"action": "remove-tag", "tag": "summer"})
    assert set(map(tuple, Creative.objects.values_list("tags", flat=True))) == {()}
    assert third.pk


def test_bulk__one_refuses__named_with_its_reason_and_the_others_done(client, site):
    free, used = a_creative(site, "Free"), an_experiment(site, status="running")
    shown = used.variants.first().creative
    answer = client.post(
        "/s/shop/creatives/many/", {"action": "archive", "creative": [free.key, shown.key]}
    )
    outcome = answer.context["outcome"]
    assert (outcome.done, [one.creative for one in outcome.refused]) == (1, [shown])
    assert "Visitors still see this banner" in answer.content.decode()
    assert "Done for 1 banner." in answer.content.decode()
    free.refresh_from_db()
    assert free.archived_at


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"action": "add-tag"}, "tag"),
        ({"action": "cut"}, "placement"),
        ({"action": "nonsense"}, "action"),
        ({"action": "expiry", "expires": "soon"}, "expires"),
    ],
)
def test_bulk__what_it_needs_is_missing__said_in_the_bar(client, site, fields, field):
    creative = a_creative(site)
    answer = client.post("/s/shop/creatives/many/", fields | {"creative": creative.key})
    assert answer.context["bulk"].errors.keys() == {field}
    assert answer.context["chosen"] == {creative.key}


def test_bulk__expiry_owner_licence_submit_restore__each_by_its_use_case(site, marketer, now):
    draft = a_creative(site, "Draft", approved=False)
    later = now + dt.timedelta(days=9)
    orders = (
        Order(Action.EXPIRY, expires_at=later),
        Order(Action.OWNER, owner=marketer),
        Order(Action.LICENCE, licence="Stock, until 2027"),
        Order(Action.SUBMIT),
        Order(Action.ARCHIVE),
        Order(Action.RESTORE),
    )
    for order in orders:
        outcome = bulk.apply([draft], order, actor=None, now=now)
        assert (outcome.done, outcome.refused) == (1, [])
    assert AuditEntry.objects.filter(action="submit").count() == 1
    draft.refresh_from_db()
    assert (draft.expires_at, draft.owner, draft.licence) == (later, marketer, "Stock, until 2027")
    review.submit(draft.versions.get(), actor=None, now=now)  # the archive took it out of review
    again = bulk.apply([draft], Order(Action.SUBMIT), actor=None, now=now)
    assert again.done == 0
    assert "In review" in again.refused[0].reason
    past = bulk.apply([draft], Order(Action.EXPIRY, expires_at=now), actor=None, now=now)
    assert "passed" in past.refused[0].reason


def test_bulk__too_many__refused_before_anything(site, now, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 1)
    rows = [a_creative(site), a_creative(site)]
    with pytest.raises(InvalidInput):
        bulk.apply(rows, Order(Action.ARCHIVE), actor=None, now=now)
    assert not Creative.objects.exclude(archived_at=None).exists()


def test_bulk__manager__may_not(client, site):
    client.force_login(a_user("boss", role=Role.MANAGER, site=site))
    creative = a_creative(site)
    data = {"action": "archive", "creative": creative.key}
    assert client.post("/s/shop/creatives/many/", data).status_code == 403
    assert "data-bulk" not in client.get("/s/shop/creatives/").content.decode()


def test_expiry__later_date__brings_it_back(site, now):
    creative = a_creative(site)
    Creative.objects.filter(pk=creative.pk).update(expires_at=now, expired_at=now)
    later = expiring.set_expiry(
        creative, expires_at=now + dt.timedelta(days=1), actor=None, now=now
    )
    assert later.expired_at is None
    with pytest.raises(InvalidInput):
        expiring.set_expiry(creative, expires_at=now, actor=None, now=now)


def test_thumbnails__live_and_newer_draft__pages_show_what_visitors_see(site, now):
    from creatives import library, rendering

    experiment = an_experiment(site, status="running")
    creative = experiment.variants.first().creative
    library.add_version(
        creative,
        alt="Newer",
        landing_url="https://shop.example/",
        upload=a_picture(1200, 400, "red"),
        filename="b.png",
        actor=None,
        now=now,
    )
    seen = find(site, experiment.key).variants.all()[0].creative
    assert rendering.shown_version(seen).number == 1
    approve(creative)
    assert (
        rendering.shown_version(find(site, experiment.key).variants.all()[0].creative).number == 2
    )


def test_wall__60_creatives__few_queries(client, site, django_assert_max_num_queries):
    for number in range(60):
        creative = a_creative(site, f"Banner {number}")
        Creative.objects.filter(pk=creative.pk).update(tags=[f"t{number % 7}"])
    for query in ("", "?tag=t1&state=live&owner=mei&lacks=zh-Hans&q=banner"):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(f"/s/shop/creatives/{query}").status_code == 200
    assert wall.tags_of(site) == [f"t{n}" for n in range(7)]
