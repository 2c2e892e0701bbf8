"""Two shoppers in a real browser: one likes shoes, one kitchenware, and the hero knows."""

import pytest

from tests.flows.two_shoppers import walk

pytestmark = pytest.mark.browser

TRIES = 8
"""One in ten belongs to the exploration slice and gets banners by chance: another one comes."""


def a_walk(chromium, lab, complaints, likes: str):
    for _ in range(TRIES):
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
        context.on("page", complaints.watch)
        try:
            walked = walk(context, lab.web, likes)
        finally:
            context.close()
        if walked.after["reason"] not in {"EXPLORATION", "DEFAULT"}:
            return walked
    raise AssertionError("eight visitors in a row were in the exploration slice or too late")


def test_two_shoppers__after_three_clicks__see_different_heroes(chromium, lab, complaints):
    shoes = a_walk(chromium, lab, complaints, "shoes")
    kitchen = a_walk(chromium, lab, complaints, "kitchen")
    for likes, walked in (("shoes", shoes), ("kitchen", kitchen)):
        assert walked.before["reason"] == "SPLIT"
        assert walked.after["reason"] == "TARGETING_MATCH"
        assert walked.after["segment"] == f"likes-{likes}"
    assert shoes.after["experiment"] == kitchen.after["experiment"] == "hero-for-you"
    assert shoes.after["creative"]["key"] != kitchen.after["creative"]["key"]
