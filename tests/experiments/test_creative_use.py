"""How a banner did: where it runs, and what every test of it found."""

import pytest

from events.models import Reacted
from events.reactions import LIKE, SLIDE
from experiments.models import Experiment, Status
from tests.experiments.library.finished import a_finished_test
from tests.factories import a_creative, a_placement, a_site, a_user, an_experiment
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def marketer(client, site):
    client.force_login(a_user("mei", role=Role.MARKETER, site=site))


def _record(client, creative):
    page = client.get(f"/s/shop/creatives/{creative.key}/use/")
    assert page.status_code == 200
    return page.context["record"], page.content.decode()


def test_use__won_test__lift_with_range_and_the_others_lost(client, site):
    test = a_finished_test(site, "hero", name="Spring hero")
    control, treatment = (variant.creative for variant in test.variants.all())
    won, text = _record(client, treatment)
    assert (won.won, won.lost) == (1, 0)
    assert "+7.0%" in text
    assert "+3.1% to +10.9%" in text
    lost, text = _record(client, control)
    assert (lost.won, lost.lost) == (0, 1)
    assert "the others are compared with it" in text


def test_use__running_test__named_but_no_lift_before_its_time(client, site):
    running = an_experiment(site, status="running", name="Now")
    record, text = _record(client, running.variants.all()[1].creative)
    assert record.tests[0].outcome.label == "Open"
    assert record.tests[0].lift == ""
    assert record.ctr == ""
    assert "Now" in text


def test_use__liked_in_a_test__visitors_of_all_phases(client, site):
    running = an_experiment(site, status="running")
    control, treatment = running.variants.all()
    assert "liked" not in _record(client, treatment.creative)[1]
    for phase, kind, units in ((1, LIKE, 3), (2, LIKE, 4), (2, SLIDE, 90)):
        Reacted.objects.create(
            experiment_id=running.pk, phase=phase, variant_id=treatment.pk, kind=kind, units=units
        )  # fmt: skip
    record, text = _record(client, treatment.creative)
    assert record.likes == 7
    assert "Visitors who liked it</dt><dd>7</dd>" in text
    assert _record(client, control.creative)[0].likes == 0


def test_use__no_test__one_button_and_its_placement(client, site):
    creative = a_creative(site, "Alone")
    a_placement(site, "hero", name="The hero", fallback=creative)
    record, text = _record(client, creative)
    assert record.tests == ()
    assert "The hero" in text
    assert "No test of this banner yet" in text


def test_use__stopped_without_report__no_answer(client, site):
    test = an_experiment(site, status=Status.STOPPED)
    record, _text = _record(client, test.variants.all()[0].creative)
    assert record.tests[0].outcome.label == "Ended without an answer"


def test_use__other_site__not_found(client, site):
    foreign = a_creative(a_site("other"), "Foreign")
    assert client.get(f"/s/shop/creatives/{foreign.key}/use/").status_code == 404


def test_use__many_tests__few_queries(client, site, django_assert_max_num_queries):
    creative = a_creative(site, "Busy")
    for number in range(20):
        test = a_finished_test(site, f"test-{number}")
        variant = test.variants.all()[1]
        variant.creative = creative
        variant.save()
    with django_assert_max_num_queries(30):
        record, _text = _record(client, creative)
    assert len(record.tests) == Experiment.objects.count() == 20
