"""Test visitors and forced links: what is kept, what a link says, who may."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from delivery import forcing
from delivery.pseudonym import Pseudonyms
from engine.errors import IllegalMove, InvalidInput, NotFound
from experiments import design, testing
from experiments.models import Status, TestUnit
from tests import factories
from tests.factories import NOW
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
PAGE = "/s/shop/experiments/hero/testing/"


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def experiment(site):
    return factories.an_experiment(site, "hero", status=Status.RUNNING)


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mara", role=Role.MARKETER, site=site))
    return client


def added(experiment, visitor="u-42", variant="b", label="Mara's phone") -> TestUnit:
    return testing.add(
        experiment, visitor=visitor, variant=variant, label=label, actor=None, now=NOW
    )


def test_add__visitor__only_the_pseudonym_is_kept(experiment):
    unit = added(experiment)
    expected = Pseudonyms(settings.CONFIG.pseudonym_keys).of(experiment.site_id, "u-42").hex()
    assert (unit.pseudonym, unit.variant.key) == (expected, "b")
    entry = AuditEntry.objects.get(action="add_test_visitor")
    assert entry.after["label"] == "Mara's phone"
    assert "u-42" not in f"{entry.after}"
    assert unit.pseudonym not in f"{entry.after}"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"visitor": ""}, InvalidInput),
        ({"visitor": "u" * 257}, InvalidInput),
        ({"visitor": "u\0"}, InvalidInput),
        ({"label": "  "}, InvalidInput),
        ({"label": "x" * 101}, InvalidInput),
        ({"variant": "z"}, NotFound),
    ],
)
def test_add__does_not_fit__says_so(experiment, asked, error):
    with pytest.raises(error):
        added(experiment, **asked)


def test_add__same_visitor_twice__says_what_to_do(experiment):
    added(experiment)
    with pytest.raises(InvalidInput, match="already"):
        added(experiment, variant="a")


def test_add__ended__refused(site):
    over = factories.an_experiment(site, "over", status=Status.STOPPED)
    with pytest.raises(IllegalMove):
        added(over)


def test_remove__visitor__noted(experiment):
    testing.remove(added(experiment), actor=None, now=NOW)
    assert not TestUnit.objects.exists()
    assert AuditEntry.objects.get(action="remove_test_visitor").before["variant"] == "b"


def test_save__draft_with_test_visitors__they_stay_with_their_variant(site):
    draft = factories.an_experiment(site, "draft")
    unit, old = added(draft), draft.variants.get(key="b")
    plans = [design.VariantPlan("b", "B first", weight=3), design.VariantPlan("c", "C")]
    plan = design.Plan(key="draft", name="Draft", placement=draft.placement, variants=tuple(plans))
    design.save(site, plan, actor=None, now=NOW, experiment=draft)
    rows = [(row.key, row.name, row.position) for row in draft.variants.all()]
    assert rows == [("b", "B first", 0), ("c", "C", 1)]
    unit.refresh_from_db()
    assert unit.variant_id == old.pk


def test_link__of_a_variant__says_all_and_keeps_the_address(experiment):
    variant = experiment.variants.get(key="b")
    page = "https://shop.example/sale?sort=new&bl_force=old#top"
    made = testing.link(experiment, variant, page=page, days=7, now=NOW)
    parts = urlsplit(made.address)
    query = parse_qs(parts.query)
    assert (parts.path, parts.fragment, query["sort"]) == ("/sale", "top", ["new"])
    (text,) = query["bl_force"]
    wish = forcing.read(settings.CONFIG.token_keys, text, NOW.timestamp())
    assert (wish.site_id, wish.experiment_id, wish.variant_id) == (
        experiment.site_id,
        experiment.pk,
        variant.pk,
    )
    assert made.until == NOW + dt.timedelta(days=7)
    assert wish.expires == int(made.until.timestamp())


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://a@shop.example/",
        "javascript:alert(1)",
        "//shop.example/",
        "https://[",
        "https://shop.example/\0",
        "https://shop.example:99999/",
        "https://shop.example/" + "a" * 2_001,
        "",
    ],
)
def test_link__page_of_no_shop__refused(experiment, page):
    variant = experiment.variants.first()
    with pytest.raises(InvalidInput, match="no page of the shop"):
        testing.link(experiment, variant, page=page, days=7, now=NOW)


@pytest.mark.parametrize("days", [0, 31, -1])
def test_link__days_out_of_range__refused(experiment, days):
    variant = experiment.variants.first()
    with pytest.raises(InvalidInput, match="1 to 30"):
        testing.link(experiment, variant, page="https://shop.example/", days=days, now=NOW)


def test_page__running__link_per_variant_and_the_list(marketer, experiment):
    unit = added(experiment)
    page = marketer.get(PAGE).content.decode()
    assert page.count("bl_force=bf1.") == 4  # two fields, two links
    assert unit.pseudonym[:8] in page
    assert unit.pseudonym not in page
    assert "never counted" in page
    code = marketer.get(f"{PAGE}b/qr.svg?page=https://shop.example/&days=1")
    assert code["Content-Type"] == "image/svg+xml"
    assert marketer.get(f"{PAGE}z/qr.svg").status_code == 404


def test_page__wrong_page_or_days__422_and_what_was_typed(marketer, experiment):
    answer = marketer.get(PAGE, {"page": "https://evil.example/x", "days": "7"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "https://evil.example/x" in page
    assert "Pages of these origins can be tested" in page
    assert "bl_force=bf1." not in page
    assert marketer.get(PAGE, {"days": "400"}).status_code == 422


def test_page__add_and_remove__done_and_nothing_lost_on_a_mistake(marketer, experiment):
    typed = {"label": "Li", "visitor": "u-7", "variant": "a"}
    assert marketer.post(f"{PAGE}add/", typed).status_code == 302
    twice = marketer.post(f"{PAGE}add/", typed)
    assert (twice.status_code, 'value="u-7"' in twice.content.decode()) == (422, True)
    unit = TestUnit.objects.get()
    assert marketer.post(f"{PAGE}{unit.pk}/remove/").status_code == 302
    assert not TestUnit.objects.exists()
    assert marketer.post(f"{PAGE}add/", typed | {"variant": "z"}).status_code == 422


def test_page__shop_without_origin__asks_for_the_page(marketer, experiment, site):
    site.origins = []
    site.save()
    assert marketer.get(PAGE).status_code == 200


def test_page__ended_experiment__says_so(marketer, site):
    factories.an_experiment(site, "over", status=Status.STOPPED)
    page = marketer.get("/s/shop/experiments/over/testing/").content.decode()
    assert "Nothing to test" in page
    typed = {"label": "Li", "visitor": "u-7", "variant": "a"}
    assert marketer.post("/s/shop/experiments/over/testing/add/", typed).status_code == 409


def test_pages__analyst_or_other_site__may_not(client, experiment, site):
    unit = added(experiment)
    client.force_login(factories.a_user(role=Role.ANALYST, site=site))
    for path in ("", "b/qr.svg"):
        assert client.get(PAGE + path).status_code == 403
    other = factories.a_site("other")
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=other))
    assert client.get(PAGE).status_code == 404
    address = f"/s/other/experiments/hero/testing/{unit.pk}/remove/"
    assert client.post(address).status_code == 404
