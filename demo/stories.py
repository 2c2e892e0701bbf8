"""What a story of the demo's past is: an experiment, who came to it, and how it ended.

The stories themselves are in `demo.storybook`; `demo.history` lives them day by day.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation

from creatives.models import Creative, Placement
from experiments import design, hypothesis, lifecycle
from experiments.models import Experiment
from workspace.models import Site

DAYS = 60
DAY = dt.timedelta(days=1)
TODAY = dt.timedelta(hours=2)  # how long ago a story that begins "today" has begun
WEEKENDS = (5, 6)
WEEKEND = 1.3  # shoppers of a weekend day for each of another day
UNEVEN = 0.3  # how much the arms of a day differ, in standard deviations of chance
LETTERS = "abcdefgh"
ANY = ""  # whatever variant a shopper gets

Builder = Callable[["Story", Site, dt.datetime], None]


@dataclass(frozen=True, slots=True)
class End:
    """How a story has ended: stopped; with `reason` also decided, `decision` being the variant."""

    decision: str = ""
    reason: str = ""
    takeaways: str = ""
    next_step: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What showing a variant costs: once, per 1,000 impressions (in fen), and off each order."""

    creative: int = 0
    media: int = 0
    discount: int = 0


def fixed_test(story: "Story", site: Site, begun: dt.datetime) -> None:
    """An ordinary test with an even split, planned and started by the use-cases."""
    lifecycle.start(draft(story, site, begun), actor=None, now=begun)


def only_draft(story: "Story", site: Site, begun: dt.datetime) -> None:
    """Planned, not started."""
    draft(story, site, begun)


def paused_at_once(story: "Story", site: Site, begun: dt.datetime) -> None:
    """Started, and paused before anybody came."""
    experiment = draft(story, site, begun)
    lifecycle.start(experiment, actor=None, now=begun)
    lifecycle.pause(experiment, actor=None, now=begun + TODAY / 8)


@dataclass(frozen=True, slots=True)
class Story:
    """One experiment of the demo: `banners` and `names` are those of its variants a, b, …

    `begins` days before the end of the past it starts; for `lasts` days shoppers come: `per_arm`
    of them for every variant, or `crowd` in all, whatever each of them gets. With `seed` chance is
    another one. `costs` are those of the variants, in their order. `programs` load the page in the
    last days before anybody looks at it, and are set aside. A `local` one may be decided by an SDK.
    """

    key: str
    name: str
    place: str
    parts: hypothesis.Parts
    banners: tuple[str, ...]
    names: tuple[str, ...]
    begins: int
    lasts: int = 0
    per_arm: int = 0
    crowd: int = 0
    planned_days: int = 14
    planned_visitors: int = 0
    mde: int = 20
    end: End | None = None
    seed: int = 0
    costs: tuple[Cost, ...] = ()
    programs: int = 0
    local: bool = False
    build: Builder = fixed_test

    def begins_at(self, anchor: dt.datetime) -> dt.datetime:
        return anchor - (self.begins * DAY or TODAY)

    @property
    def first_day(self) -> int:
        """On which day of the past (1 … DAYS) it begins."""
        return min(DAYS - self.begins + 1, DAYS)

    def day_of(self, day: int) -> int:
        """Which of its own days (0, 1, …) a day of the past (1 … DAYS) is."""
        return day - 1 - (DAYS - self.begins)

    def quotas(self, day: int, anchor: dt.datetime) -> Mapping[str, int]:
        """How many shoppers of each variant come on one of its days.

        Fixed numbers, not chance: whatever ids and seeds an installation has, its reports say the
        same. The arms differ a little, as they do in life.
        """
        chance = self.chance(day, "quotas")
        whole = self._share(day + 1, anchor) - self._share(day, anchor)
        if self.crowd:
            return {ANY: whole}
        return {
            letter: max(0, round(whole + chance.gauss(0, UNEVEN * whole**0.5)))
            for letter, _banner in zip(LETTERS, self.banners, strict=False)
        }

    def chance(self, day: int, what: str) -> random.Random:
        """The chance of one of its days: the same in every installation."""
        return random.Random(f"{self.key}:{self.seed}:{day}:{what}")  # noqa: S311 - a simulation

    def _share(self, days: int, anchor: dt.datetime) -> int:
        """How many have come (of one arm) when so many days are over."""
        weights = [self._weight(day, anchor) for day in range(self.lasts)]
        return round((self.crowd or self.per_arm) * sum(weights[:days]) / sum(weights))

    def _weight(self, day: int, anchor: dt.datetime) -> float:
        when = self.begins_at(anchor) + day * DAY
        return WEEKEND if when.weekday() in WEEKENDS else 1.0


def draft(story: Story, site: Site, begun: dt.datetime) -> Experiment:
    """The story's plan as a draft; nobody's, so that it is nobody's merit."""
    shown = [Creative.objects.get(site=site, key=key) for key in story.banners]
    with translation.override("en"):
        sentence = hypothesis.compose(story.parts)
    plan = design.Plan(
        key=story.key,
        name=story.name,
        placement=Placement.objects.get(site=site, key=story.place),
        hypothesis=sentence,
        mde=Decimal(story.mde),
        planned_days=story.planned_days,
        planned_visitors=story.planned_visitors,
        local=story.local,
        variants=tuple(_variants(story, shown)),
    )
    return design.save(site, plan, actor=None, now=begun)


def _variants(story: Story, shown: list[Creative]) -> Iterator[design.VariantPlan]:
    costs = story.costs or (Cost(),) * len(shown)
    for letter, name, creative, cost in zip(LETTERS, story.names, shown, costs, strict=False):
        yield design.VariantPlan(
            letter,
            name,
            creative,
            creative_cost=cost.creative,
            media_cost=cost.media,
            discount=Decimal(cost.discount),
        )
