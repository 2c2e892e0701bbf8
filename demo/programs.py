"""Programs that load a story's page before anybody looks at it, and follow links ahead.

They come with the shop's publishable key, as browsers do, and say what they are. So they are set
aside, and the report of their story has two readings: with them and without.
"""

import datetime as dt
import random
from collections.abc import Iterator

from demo.parcels import Counter, Wish
from demo.shoppers import Json
from demo.stories import Story

PURPOSE = "prefetch"  # the header by which browsers say it
BEFORE_THE_END = dt.timedelta(days=2)  # the door takes no longer past from a browser
FOLLOWS = 0.5  # of them also load what the banner leads to


def pack(story: Story, anchor: dt.datetime, counter: Counter) -> list[Json]:
    """What the programs of a story report."""
    wishes = [Wish(f"ahead-{story.key}-{n}", story.place, "desktop") for n in range(story.programs)]
    chance = story.chance(story.lasts, "programs")
    answers = [answer for answer in counter.ask(wishes) if answer.get("experiment") == story.key]
    return [event for answer in answers for event in _loaded(answer, anchor, chance)]


def _loaded(decision: Json, anchor: dt.datetime, chance: random.Random) -> Iterator[Json]:
    moment = anchor - BEFORE_THE_END * chance.random()
    for kind in ["impression"] + ["click"] * (chance.random() < FOLLOWS):
        yield {"type": kind, "token": decision["token"], "occurred_at": moment.isoformat()}
