"""Two shoppers in a real browser: one likes shoes, one kitchenware, and the hero knows."""

import pytest

from banner_lab.stack.processes import wait_until
from tests.flows.two_shoppers import walk

pytestmark = pytest.mark.browser

TRIES = 8
"""One in five belongs to the exploration slice and gets banners by chance: another one comes."""


def a_walk(chromium, lab, complaints, likes: str):
    for _ in range(TRIES):
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
        context.on("page", lambda page: complaints.watch(page))  # noqa: PLW0108
        try:
            walked = walk(context, lab.web, likes)
        finally:
            context.close()
        reasons = {walked.before["reason"], walked.after["reason"]}
        if not reasons & {"EXPLORATION", "DEFAULT"}:
            return walked
    raise AssertionError("eight visitors in a row were in the exploration slice or too late")


def is_live(lab) -> bool:
    """The past of the demo has come in, and with it the personalised experiment."""
    decided = lab.decide({"user_id": "u-1", "placements": ["home-hero"]})
    return decided["home-hero"]["experiment"] == "hero-for-you"


def test_two_shoppers__after_three_clicks__see_different_heroes(chromium, lab, complaints):
    assert wait_until(lambda: is_live(lab), seconds=180)
    shoes = a_walk(chromium, lab, complaints, "shoes")
    kitchen = a_walk(chromium, lab, complaints, "kitchen")
    for likes, walked in (("shoes", shoes), ("kitchen", kitchen)):
        assert walked.before["reason"] == "SPLIT"
        assert walked.after["reason"] == "TARGETING_MATCH"
        assert walked.after["segment"] == f"likes-{likes}"
    assert shoes.after["experiment"] == kitchen.after["experiment"] == "hero-for-you"
    assert shoes.after["creative"]["key"] != kitchen.after["creative"]["key"]
