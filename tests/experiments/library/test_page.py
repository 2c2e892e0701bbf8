"""The library's page: who may open it, what it says, how little it asks of the database."""

import datetime as dt

import pytest
from django.urls import reverse

from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import learnings, tags
from experiments.models import Experiment, Report, Status
from tests import factories
from tests.experiments.library.finished import a_finished_test, many_finished_tests
from tests.factories import NOW
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db

LIBRARY = "/s/shop/library/"
MOST_QUERIES = 30


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def page(client, site):
    """The text of the library for a marketer, at an end of its address."""
    client.force_login(factories.a_user(role=Role.MARKETER, site=site))

    def of(query="", **headers):
        answer = client.get(LIBRARY + query, headers=headers)
        assert answer.status_code == 200
        return answer.content.decode()

    return of


@pytest.mark.parametrize("role", list(Role))
def test_library__any_role__opens(client, site, role):
    client.force_login(factories.a_user(role=role, site=site))
    answer = client.get(LIBRARY)
    assert answer.status_code == 200
    assert f'href="{LIBRARY}" aria-current="page"' in answer.content.decode()


def test_library__stranger__does_not_exist(client, site):
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=factories.a_site("other")))
    assert client.get(LIBRARY).status_code == 404


def test_library__nobody__sent_to_the_log_in(client, site):
    assert client.get(LIBRARY).status_code == 302


def test_library__empty__says_what_comes_here(page):
    html = page()
    assert "Nothing learned yet" in html
    assert "Win rate" not in html


def test_library__running_test__is_not_in_it(page, site):
    factories.an_experiment(site, "now", status=Status.RUNNING)
    assert "Nothing learned yet" in page()


def test_card__decided__winner_first_with_lift_range_takeaway_and_person(page, site):
    a_finished_test(
        site, "hero", name="Spring hero", takeaways="Warm works.\nMore below.", tags=["warm"],
        decided_by=factories.a_user("lin"),
    )  # fmt: skip
    card = page().split('class="card learned"')[1]
    assert card.index("Variant B") < card.index("Variant A")
    assert "+7.0%" in card
    assert "+3.1% to +10.9%" in card
    assert "Click-through rate" in card
    assert "Warm works." in card
    assert "More below." not in card
    assert "?tag=warm" in card
    assert "lin" in card
    assert "Use Variant B" in card


def test_card__stopped_and_undecided__the_reports_winner_first(page, site):
    a_finished_test(site, "hero", lifts=(0.02, 0.09), decided=False)
    card = page().split('class="card learned"')[1]
    assert card.index("Variant C") < card.index("Variant A")
    assert "+9.0%" in card


def test_card__control_kept__control_first(page, site):
    a_finished_test(site, "hero", verdict="keep_control", lifts=(-0.05,), decision="a")
    card = page().split('class="card learned"')[1]
    assert "learned-winner" in card
    assert card.index("Variant A") < card.index("Variant B")
    assert "−5.0%" in card


def test_card__imported_without_pictures__words(page, site):
    test = a_finished_test(site, "old", origin=Experiment.Origin.RESULTS, decided=False)
    test.variants.update(creative=None)
    Experiment.objects.filter(pk=test.pk).update(placement=None)
    card = page().split('class="card learned"')[1]
    assert "Imported totals" in card
    assert "learned-words" in card


def test_card__no_lift__no_number(page, site):
    a_finished_test(site, "hero", verdict="no_data", lifts=(None,), decided=False)
    card = page().split('class="card learned"')[1]
    assert "learned-lift" not in card


def test_card__without_a_report__still_there(page, site):
    Report.objects.filter(experiment=a_finished_test(site, "hero", name="Bare")).delete()
    assert "Bare" in page()


def test_card__report_of_an_unknown_form__still_there(page, site):
    test = a_finished_test(site, "hero", name="Old one")
    odd = {"design": {"primary": "ctr"}, "effects": [{"metric": "ctr", "lift": "much"}]}
    Report.objects.filter(experiment=test).update(payload=odd)
    assert "Old one" in page()


def test_filter__outcome__only_such_tests(page, site):
    a_finished_test(site, "won", name="Won one")
    a_finished_test(site, "lost", name="Lost one", verdict="keep_control")
    a_finished_test(site, "open", name="Open one", verdict="collecting")
    assert "Lost one" not in page("?outcome=use")
    assert "Open one" in page("?outcome=no_answer")
    assert "Won one" in page("?outcome=nonsense")


def test_filter__placement__only_its_tests(page, site):
    a_finished_test(site, "hero", name="On top")
    below = factories.a_placement(site, "below")
    a_finished_test(site, "below", name="At the end", placement=below)
    html = page("?placement=below")
    assert "At the end" in html
    assert "On top" not in html


def test_filter__tags__all_of_them_and_each_can_be_taken_away(page, site):
    a_finished_test(site, "one", name="Both tags", tags=["red", "首页"])
    a_finished_test(site, "two", name="One tag", tags=["red"])
    html = page("?tag=red&tag=首页")
    assert "Both tags" in html
    assert "One tag" not in html
    assert 'href="?tag=%E9%A6%96%E9%A1%B5" aria-current="true"' in html
    assert 'href="?tag=red" aria-current="true"' in html


def test_search__question_with_an_answer__only_that(page, site):
    a_finished_test(site, "one", name="A red hero")
    a_finished_test(site, "two", name="A blue hero")
    html = page("?search=have+we+tried+red+before%3F")
    assert "A red hero" in html
    assert "A blue hero" not in html
    assert "1 test" in html


def test_search__nothing__says_that_it_was_not_tried(page, site):
    a_finished_test(site, "one")
    html = page("?search=<u>zebra")
    assert "Not tried yet" in html
    assert "<u>zebra" not in html


def test_search__null_byte_and_bad_page__no_error(page, site):
    a_finished_test(site, "one")
    page("?search=%00red%00&page=x&tag=%00&placement=%00")


def test_library__by_htmx__only_the_cards(page, site):
    a_finished_test(site, "one")
    html = page("?search=variant", hx_request="true", hx_target="cards")
    assert html.lstrip().startswith('<div id="cards">')


def test_library__a_thousand_tests__few_queries(page, site, django_assert_max_num_queries):
    many_finished_tests(site, 1000)
    with django_assert_max_num_queries(MOST_QUERIES):
        html = page()
    assert html.count('class="card learned"') == 24
    assert "1–24 of 1,000" in html
    with django_assert_max_num_queries(MOST_QUERIES):
        html = page("?search=red&tag=warm&page=2")
    assert "25–48 of 143" in html


def test_record__wins_and_losses__share_with_its_range_and_shrunk_lift(page, site):
    for number in range(3):
        a_finished_test(site, f"w{number}", at=NOW - number * dt.timedelta(days=40), error=0.1)
    for number in range(7):
        a_finished_test(site, f"l{number}", verdict="no_difference")
    html = page()
    assert "30%" in html
    assert "11% – 60%" in html
    assert "3 wins" in html
    assert "+3.5%" in html
    assert "+7.0% as measured" in html
    assert "Winners look larger than they are" in html


def test_record__report_has_shrunk_it__its_number(page, site):
    a_finished_test(site, "w", shrunk=0.0123)
    assert "+1.2%" in page()


def test_learnings__saved__with_an_audit_row_and_back_to_the_library(client, page, site):
    test = a_finished_test(site, "hero")
    address = reverse("experiments:learnings", args=["shop", "hero"])
    typed = {"takeaways": " Warm works. ", "tags": "Red， 首页,red", "revision": test.revision}
    answer = client.post(address + "?from=library", typed)
    assert answer.headers["Location"] == LIBRARY
    test.refresh_from_db()
    assert (test.takeaways, test.tags) == ("Warm works.", ["red", "首页"])
    row = AuditEntry.objects.get(action="note_learnings")
    assert row.before["tags"] == []
    assert row.after["tags"] == ["red", "首页"]
    history = client.get(reverse("experiments:history", args=["shop", "hero"])).content.decode()
    assert "wrote down what was learned" in history
    assert "Warm works." in history


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MARKETER, 200), (Role.MANAGER, 403), (Role.ADMINISTRATOR, 200)]
)
def test_learnings__role__those_who_may_edit(client, site, role, status):
    a_finished_test(site, "hero")
    client.force_login(factories.a_user(role=role, site=site))
    address = reverse("experiments:learnings", args=["shop", "hero"])
    assert client.get(address).status_code == status
    shown = client.get(LIBRARY).content.decode()
    assert (f"{address}?from=library" in shown) == (status == 200)


def test_learnings__stranger__does_not_exist(client, site):
    a_finished_test(site, "hero")
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=factories.a_site("other")))
    assert client.get(reverse("experiments:learnings", args=["shop", "hero"])).status_code == 404


def test_learnings__running__refused_in_words(client, page, site):
    factories.an_experiment(site, "now", status=Status.RUNNING)
    answer = client.get(reverse("experiments:learnings", args=["shop", "now"]))
    assert answer.status_code == 409
    assert "is not finished" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("x" * 41, "too long for a tag"),
        (",".join(f"t{n}" for n in range(11)), "11 tags are too many"),
    ],
)
def test_learnings__bad_tags__said_beside_the_field(client, page, site, typed, said):
    a_finished_test(site, "hero")
    address = reverse("experiments:learnings", args=["shop", "hero"])
    answer = client.post(address, {"takeaways": "kept", "tags": typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "kept" in answer.content.decode()


def test_learnings__somebody_was_first__told_and_nothing_lost(client, page, site):
    test = a_finished_test(site, "hero")
    learnings.keep(test, takeaways="First", tags_wanted=[], actor=None, now=NOW)
    address = reverse("experiments:learnings", args=["shop", "hero"])
    answer = client.post(address, {"takeaways": "Second", "tags": "", "revision": 1})
    assert answer.status_code == 409
    assert "Second" in answer.content.decode()
    assert Experiment.objects.get(key="hero").takeaways == "First"


def test_keep__not_finished_too_long_or_stale__refused(site):
    running = factories.an_experiment(site, "now", status=Status.RUNNING)
    with pytest.raises(IllegalMove):
        learnings.keep(running, takeaways="x", tags_wanted=[], actor=None, now=NOW)
    test = a_finished_test(site, "hero")
    with pytest.raises(InvalidInput):
        learnings.keep(test, takeaways="x" * 2001, tags_wanted=[], actor=None, now=NOW)
    test.revision -= 1
    with pytest.raises(Conflict):
        learnings.keep(test, takeaways="x", tags_wanted=[], actor=None, now=NOW)


def test_tags__typed__clean_and_once_each():
    assert tags.split(" #Red , red;首页、  Big   Sale\n") == ["red", "首页", "big sale"]
    assert tags.split(tags.written(["red", "首页"])) == ["red", "首页"]
