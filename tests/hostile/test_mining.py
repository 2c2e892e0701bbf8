"""What a publishable key can find out: what is shown to shoppers, and nothing else."""

import json
import statistics
import time

import pytest

from creatives.models import Placement
from experiments.models import Status
from tests import factories
from tests.doors import an_experiment

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

ASSIGN = "/api/v1/assign?experiment={}&user_id=u-42"
SHOWN = {
    *("experiment", "phase", "variant", "reason", "propensity", "creative", "token", "snapshot"),
    *("placement", "config", "attributes"),
}
ROUNDS = 150


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def drafts(committed_world, django_db_blocker) -> list[str]:
    with django_db_blocker.unblock():
        site = committed_world.site
        placement: Placement = factories.a_placement(site, "secret-place")
        return [an_experiment(site, "next-summer-sale", placement, Status.DRAFT).key]


def test_assign__draft_or_nothing__same_answer_but_for_the_name(granian, drafts, world) -> None:
    draft, nothing = (granian.get(ASSIGN.format(k), key=world.pk) for k in (*drafts, "x" * 16))
    assert (draft.status, nothing.status) == (404, 404)
    assert draft.body.replace(drafts[0].encode(), b"x" * 16) == nothing.body
    # The time that was spent is said too, and is no content.
    assert set(draft.headers) == set(nothing.headers)


def test_assign__draft_or_nothing__takes_the_same_time(granian, drafts, world) -> None:
    took: dict[str, list[float]] = {drafts[0]: [], "x" * 16: []}
    for _round in range(ROUNDS):
        for key, times in took.items():
            begun = time.perf_counter()
            granian.get(ASSIGN.format(key), key=world.pk)
            times.append(time.perf_counter() - begun)
    first, second = took.values()
    noise = statistics.quantiles(first + second, n=4)
    apart = abs(statistics.median(first) - statistics.median(second))
    assert apart < noise[2] - noise[0]


def test_answers__publishable_key__name_no_other_variant_weight_or_draft(
    granian, drafts, world
) -> None:
    question = {"user_id": "u-42", "placements": ["home-hero", "cart-strip"]}
    asked = granian.post("/api/v1/decide", question, key=world.pk)
    one = granian.get(ASSIGN.format("spring-hero"), key=world.pk)
    for answer in (asked, one):
        assert answer.status == 200
        for inside in (b"spring-hero-a", b'"weight', b'"seed"', b'"ranges"', b'"variants"'):
            assert inside not in answer.body
        assert drafts[0].encode() not in answer.body
    assert set(json.loads(one.body)) <= SHOWN
