"""A creative's page: what is kept with it, what changed, going back, the focal point, cuts."""

import pytest

from creatives import focus, library, repeating
from creatives.models import Copy, Size, Version
from engine.errors import InvalidInput
from tests.factories import a_creative, a_picture, a_placement, a_site, a_user, approve
from workspace.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def marketer(client, site):
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


@pytest.fixture
def hero(site):
    return a_creative(site, "Hero")


def _newer(creative, now, **fields):
    values = {"alt": "Newer", "landing_url": "https://shop.example/2", "upload": None}
    return library.add_version(creative, actor=None, now=now, **values | fields)


def _details(**changes):
    return {"tags": "Spring, sale, spring", "owner": "mei", "licence": " Stock "} | changes


def test_details__good__kept_and_each_change_audited(client, hero):
    client.post("/s/shop/creatives/hero/details/", _details())
    hero.refresh_from_db()
    assert (hero.tags, hero.owner.username, hero.licence) == (["spring", "sale"], "mei", "Stock")
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"set tags", "set owner", "set licence"} <= actions
    before = AuditEntry.objects.count()
    client.post("/s/shop/creatives/hero/details/", _details())
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"owner": "stranger"}, "Owner"),
        ({"tags": "x" * 41}, "40 characters"),
        ({"tags": ",".join(f"t{n}" for n in range(21))}, "20 tags"),
    ],
)
def test_details__bad__said_and_nothing_kept(client, hero, changes, said):
    answer = client.post("/s/shop/creatives/hero/details/", _details(**changes), follow=True)
    assert said in answer.content.decode()
    hero.refresh_from_db()
    assert (hero.tags, hero.licence) == ([], "")


def test_compare__words_and_focus__what_changed_comes_first(client, hero, now):
    _newer(hero, now, focus=(20, 80))
    page = client.get("/s/shop/creatives/hero/compare/?before=1&after=2")
    changed = [line.name for line in page.context["lines"] if line.changed]
    assert changed == ["Focal point", "Alternative text (en)", "Landing page (en)"]
    assert page.context["same_picture"] is False
    for query in ("?before=1&after=9", "?before=x&after=1", "?before=²&after=1"):
        assert client.get(f"/s/shop/creatives/hero/compare/{query}").status_code == 404


def test_bring_back__draft_of_old_content__with_words_and_files(client, hero, now):
    draft = _newer(hero, now, upload=a_picture(600, 200, "red"), filename="b.png")
    Copy.objects.create(version=draft, locale="zh-Hans", alt="新的")
    _newer(hero, now, alt="Third")
    client.post("/s/shop/creatives/hero/bring-back/", {"version": "2"})
    made = hero.versions.latest("number")
    assert (made.number, made.status, made.alt, made.width) == (4, "draft", "Newer", 600)
    assert made.copies.get().alt == "新的"
    files = set(draft.renditions.values_list("file", flat=True))
    assert set(made.renditions.values_list("file", flat=True)) == files
    hero.refresh_from_db()
    assert hero.live.number == 1
    assert AuditEntry.objects.filter(action="bring back").count() == 1


def test_bring_back__approved_one__shown_again_at_once_by_who_reviews(client, site, hero, now):
    _newer(hero, now)
    approve(hero)
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=site))
    client.post("/s/shop/creatives/hero/bring-back/", {"version": "1"})
    hero.refresh_from_db()
    assert hero.live.number == 1
    assert hero.versions.count() == 2


def test_focus__of_a_draft__moved_in_place(client, hero, now):
    _newer(hero, now)
    client.post("/s/shop/creatives/hero/focus/", {"focus_x": "10", "focus_y": "90"})
    made = hero.versions.latest("number")
    assert (made.number, made.focus_x, made.focus_y) == (2, 10, 90)


def test_focus__moved__new_draft_without_old_cuts(client, hero, site):
    version = hero.versions.get()
    cut = version.renditions.filter(purpose="served").first()
    cut.pk, cut.css_width, cut.css_height = None, 300, 250
    cut.save()
    page = client.post("/s/shop/creatives/hero/focus/", {"focus_x": "20", "focus_y": "70,4"})
    assert page.status_code == 302
    made = hero.versions.latest("number")
    assert (made.number, made.focus_x, made.focus_y, made.status) == (2, 20, 70, "draft")
    assert not made.renditions.exclude(css_width=0).exists()
    assert made.renditions.count() == version.renditions.count() - 1


@pytest.mark.parametrize("typed", [("", "5"), ("-1", "5"), ("101", "5"), ("a", "5"), ("1e3", "5")])
def test_focus__no_point__said_and_nothing_made(client, hero, typed):
    page = client.post("/s/shop/creatives/hero/focus/", {"focus_x": typed[0], "focus_y": typed[1]})
    assert page.status_code == 200
    assert page.context["problem"]
    assert hero.versions.count() == 1


def test_add_version__focus_outside__refused(hero, now):
    with pytest.raises(InvalidInput):
        _newer(hero, now, focus=(101, 0))


@pytest.mark.parametrize(
    ("point", "expected"), [((50, 50), (400, 0)), ((0, 0), (0, 0)), ((100, 100), (800, 0))]
)
def test_crop__square_slot__inside_and_around_the_point(point, expected):
    version = Version(width=1200, height=400, focus_x=point[0], focus_y=point[1])
    found = focus.crop(version, Size("desktop", 300, 300))
    assert (found.x, found.y, found.width, found.height) == (*expected, 400, 400)


def test_cuts__chosen_or_not__a_job_or_a_sentence(client, hero, site):
    a_placement(site, "side", width=160, height=600, fallback=None)
    page = client.get("/s/shop/creatives/hero/").content.decode()
    assert 'id="cut-side"' in page
    none = client.post("/s/shop/creatives/hero/cuts/", {"version": "1"}, follow=True)
    assert "at least one placement" in none.content.decode()
    small = client.post(
        "/s/shop/creatives/hero/cuts/", {"version": "1", "placement": "side"}, follow=True
    )
    assert "Upload a larger picture." in small.content.decode()
    a_placement(site, "box", width=300, height=250, fallback=None)
    data = {"version": "1", "placement": "box"}
    assert client.post("/s/shop/creatives/hero/cuts/", data).status_code == 302
    assert Job.objects.get().kind == "creatives.cut"


def test_again__facts_and_design__carried_over(hero):
    version = hero.versions.get()
    version.facts = {"look": "ff"}
    made = repeating.again(version, number=2, alt="x", landing_url="", actor=None)
    assert (made.facts, made.original_sha256) == ({"look": "ff"}, version.original_sha256)


def test_parts__manager__reads_and_changes_nothing(client, site, hero, now):
    _newer(hero, now)
    client.force_login(a_user("boss", role=Role.MANAGER, site=site))
    page = client.get("/s/shop/creatives/hero/").content.decode()
    assert "bring-back" not in page
    for path, data in (
        ("details/", _details()),
        ("bring-back/", {"version": "1"}),
        ("focus/", {"focus_x": "1", "focus_y": "1"}),
        ("cuts/", {"version": "1"}),
    ):
        assert client.post(f"/s/shop/creatives/hero/{path}", data).status_code == 403
    assert client.get("/s/shop/creatives/hero/compare/?before=1&after=2").status_code == 200


def test_page__many_versions_and_placements__few_queries(
    client, site, hero, now, django_assert_max_num_queries
):
    for number in range(12):
        _newer(hero, now, alt=f"Words {number}")
        a_placement(site, f"slot-{number}", fallback=None, width=300 + number)
    for path in ("", "compare/?before=1&after=2", "focus/", "?version=3"):
        with django_assert_max_num_queries(30):
            assert client.get(f"/s/shop/creatives/hero/{path}").status_code == 200
