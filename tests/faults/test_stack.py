"""The whole product under load, hurt in every way: the short forms of `python -m tests.faults`."""

import random
import time

import pytest

from tests.faults import kills
from tests.faults.ailing import Ailment, Full, broken
from tests.faults.judge import Verdict
from tests.faults.kills import Campaign
from tests.faults.outages import Outage
from tests.faults.pausing import Pause
from tests.faults.running import load
from tests.faults.stack import PLANES, Stack

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
OUTAGE_SECONDS = 10


def test_kills__one_of_each_kind__nothing_lost_and_nothing_twice(stack) -> None:
    with load(stack, "kills") as run:
        campaign = Campaign(run, random.Random(7))
        campaign.carry_out(kills.ONE_OF_EACH, pause=(0.1, 0.3))
        ledger, verdict = run.judge()
    print(campaign.table(ledger, verdict))
    assert verdict.faults == []
    assert campaign.complaints(ledger) == []
    assert verdict.acknowledged == verdict.sent > 1000


@pytest.mark.parametrize("kind", ["stopped", "black hole"])
def test_outage__delivery_and_web_restarted_in_it__costs_nothing(stack, kind) -> None:
    with load(stack, f"outage-{kind[:5]}", ordered=True) as run:
        # Starting web costs most of such a test's time: once is enough here.
        outage = Outage(run, kind, OUTAGE_SECONDS, web=kind == "stopped").carry_out()
        ledger, verdict = run.judge()
    assert verdict.faults == []
    assert outage.judged(ledger) == []
    assert verdict.acknowledged == verdict.sent > 500


def test_pause__of_the_whole_database__callers_hear_something_in_time(stack) -> None:
    with load(stack, "pause") as run:
        pause = Pause(run, 4).carry_out()
        ledger, verdict = run.judge()
    assert verdict.faults == []
    assert pause.judged(ledger) == []


def test_disk__of_the_database_takes_nothing_more__nothing_lost_and_nothing_twice(stack) -> None:
    with load(stack, "full") as run:
        ailment = Ailment(run, Full(), 2).carry_out()
        ledger, verdict = run.judge()
    print(ailment)
    assert verdict.faults == []
    assert ailment.judged(ledger) == []
    assert verdict.acknowledged == verdict.sent > 500


@pytest.mark.long
def test_disk__of_the_database_fails__nothing_lost_and_nothing_twice(stack) -> None:
    for kind, disk in broken(stack).items():
        with load(stack, f"disk-{kind}") as run:
            ailment = Ailment(run, disk, 20).carry_out()
            ledger, verdict = run.judge()
        print(kind, ailment)
        assert verdict.faults == []
        assert ailment.judged(ledger) == []


def judged_after_a_kill(stack: Stack, build: str) -> Verdict:
    """What the judge says when both planes of a build were killed, and honest ones came after."""
    stack.serve("tests.faults.builds:app", FAULT_BUILD=build)
    for name in PLANES:
        stack.end(name)
    stack.start(PLANES)
    with load(stack, build) as run:
        time.sleep(2)
        stack.serve("delivery.app:app")
        for name in PLANES:
            stack.revive(name)
        _, verdict = run.judge(totals=False)
    return verdict


def test_judge__build_that_acknowledges_before_the_commit__finds_losses(stack) -> None:
    verdict = judged_after_a_kill(stack, "hasty")
    assert len(verdict.lost) > 5
    assert any(fault.startswith("lost: ") for fault in verdict.faults)


def test_judge__build_that_does_not_know_an_event_again__finds_doubles(stack) -> None:
    verdict = judged_after_a_kill(stack, "forgetful")
    assert verdict.doubled
    assert verdict.lost == []
    assert any(fault.startswith("counted twice: ") for fault in verdict.faults)
