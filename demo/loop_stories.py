"""Two stories of the demo that go on: a banner for each visitor, and a policy that learns.

Like the others they are made by the use-cases that people use, and their past goes through the data
plane's public doors: shoppers look around now, so that what is known of them is fresh, and what
they have seen is dated back. Doing it again adds nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from audiences import segments
from audiences.models import Segment
from creatives import rendering
from creatives.models import Creative, Placement
from demo.leanings import LeaningWorld, bandit_world
from demo.loop_past import Past
from demo.loop_worlds import KITCHEN, PROMOTIONS, SHOES, USUAL, personal_world
from demo.shoppers import Door
from experiments import design, lifecycle
from experiments.models import Experiment, Status
from experiments.policies import RulePlan
from workspace.models import Site

Person = AbstractBaseUser | None
Shown = Mapping[str, Creative]
Worlds = dict[str, tuple[str, LeaningWorld]]
Build = Callable[[Site, Shown, Mapping[str, Placement], Person, dt.datetime], Experiment]

PERSONAL, LEARNING = "hero-for-you", "promotion-bandit"
PERSONAL_PLACE, LEARNING_PLACE = "home-hero", "promotion-hero"
PERSONAL_DAYS, LEARNING_DAYS = 21, 30
# Of either, more than a hundred shoppers explore: fewer are too few for a report.
PERSONAL_VISITS, LEARNING_VISITS = 3_600, 3_600
PERSONAL_ROUNDS, LEARNING_ROUNDS = 21, 16
EXPLORATION = 30  # percent: enough by chance to compare with, in nearly every past
SEED = 2026

CATEGORY = {SHOES: ("Likes shoes", "shoes"), KITCHEN: ("Likes kitchenware", "kitchen")}
# Banners of a kind, those that say it best first; a demo that has none of them has no such story.
FITTING = {
    SHOES: ("hero-shoes", "hero-trail", "hero-boots"),
    KITCHEN: ("hero-kitchen", "hero-hearth"),
}
OTHERS = ("hero-welcome", "hero-light")
MOST_FITTING = 2
PROMOTED = ("promo-weekend", "promo-bundle", "promo-members", "hero-harvest")
STAND_INS = ("hero-welcome", "hero-light", "hero-hearth")
FEWEST = 2


def make_segments(site: Site, actor: Person, now: dt.datetime) -> dict[str, Segment]:
    """Who likes shoes and who likes kitchenware: two looks' worth of interest, by key."""
    return {key: _segment(site, key, actor, now) for key in CATEGORY}


def _segment(site: Site, key: str, actor: Person, now: dt.datetime) -> Segment:
    found = Segment.objects.filter(site=site, key=key).first()
    if found is not None:
        return found
    name, category = CATEGORY[key]
    condition = {"feature": f"affinity.category.{category}", "op": "at_least", "value": 2}
    return segments.create(
        site, name=name, rule={"all": [condition]}, actor=actor, now=now, key=key
    )


def personalised(
    site: Site, shown: Shown, places: Mapping[str, Placement], actor: Person, now: dt.datetime
) -> Experiment:
    """The experiment that gives shoppers the hero of what they like; running for three weeks."""
    place = places[PERSONAL_PLACE]
    fitting = {key: _first(names, shown, place, MOST_FITTING) for key, names in FITTING.items()}
    made = make_segments(site, actor, now)
    plan = design.Plan(
        key=PERSONAL,
        name="Home: a hero for each visitor",
        placement=place,
        variants=_variants([*_first(OTHERS, shown, place), *chain(*fitting.values())], shown),
        hypothesis="If we show the hero of what a visitor has looked at, then more visitors "
        "click, because it is about what they came for.",
        planned_days=PERSONAL_DAYS,
        policy=Experiment.Policy.RULES,
        exploration_share=EXPLORATION,
        watched=(),
        rules=tuple(
            RulePlan(made[key], dict.fromkeys(names, 1)) for key, names in fitting.items() if names
        ),
    )
    return _running(site, plan, actor, now - dt.timedelta(days=PERSONAL_DAYS))


def bandit(
    site: Site, shown: Shown, places: Mapping[str, Placement], actor: Person, now: dt.datetime
) -> Experiment:
    """The experiment that learns which promotion is clicked most; running for a month."""
    place = places[LEARNING_PLACE]
    names = _first(PROMOTED, shown, place)
    if len(names) < FEWEST:
        names += _first(STAND_INS, shown, place)
    plan = design.Plan(
        key=LEARNING,
        name="Promotion: what is clicked most",
        placement=place,
        variants=_variants(names, shown),
        hypothesis="If the promotion that is clicked most is shown most, then more visitors "
        "click, because no share is wasted on the others until a test is over.",
        planned_days=LEARNING_DAYS - 2,
        policy=Experiment.Policy.THOMPSON,
        exploration_share=EXPLORATION,
        watched=(),
    )
    return _running(site, plan, actor, now - dt.timedelta(days=LEARNING_DAYS))


def _first(names: Iterable[str], shown: Shown, place: Placement, most: int = 8) -> list[str]:
    """Those of the banners that are there and fit the place."""
    return [name for name in names if name in shown and _fits(shown[name], place)][:most]


def _fits(creative: Creative, place: Placement) -> bool:
    version = rendering.newest(creative)
    return version is not None and (version.width, version.height) == (place.width, place.height)


def _variants(names: Iterable[str], shown: Shown) -> tuple[design.VariantPlan, ...]:
    """The variants have the keys of their banners: what they are is the point of these stories."""
    words = {name: shown[name].name.partition(" · ")[2] or shown[name].name for name in names}
    return tuple(design.VariantPlan(name, word, shown[name]) for name, word in words.items())


def _running(site: Site, plan: design.Plan, actor: Person, begun: dt.datetime) -> Experiment:
    found = Experiment.objects.filter(site=site, key=plan.key).first()
    if found is not None:
        return found
    with transaction.atomic():
        made = design.save(site, plan, actor=actor, now=begun)
        lifecycle.start(made, actor=actor, now=begun)
    return made


def worlds(site: Site) -> Worlds:
    """Those stories that run now by the key of their placement: key and declared truth."""
    running = Experiment.objects.filter(
        site=site, key__in=(PERSONAL, LEARNING), status=Status.RUNNING
    )
    rows = running.select_related("placement").prefetch_related("variants", "rules__segment")
    return {row.placement.key: (row.key, world(row)) for row in rows if row.placement is not None}


def world(experiment: Experiment) -> LeaningWorld:
    """The declared truth of one of the two stories."""
    keys = [variant.key for variant in experiment.variants.all()]
    if experiment.key == LEARNING:
        return bandit_world({key: PROMOTIONS.get(key, USUAL) for key in keys}, SEED)
    fitting = {rule.segment.key: rule.weights for rule in experiment.rules.all()}
    return personal_world(keys, fitting, seed=SEED)


def personalised_history(experiment: Experiment, door: Door, *, now: dt.datetime) -> int:
    """Three weeks of shoppers, unless some have come; how many visits that were.

    Call it outside a transaction, when the experiment is published.

    Raises:
        Unavailable: The data plane does not answer.
    """
    past = Past(experiment, world(experiment), PERSONAL_VISITS, PERSONAL_ROUNDS)
    return past.bring_in(door, now=now)


def bandit_history(experiment: Experiment, door: Door, *, now: dt.datetime) -> int:
    """A month of shoppers with learning in between, unless some have come; how many visits.

    Call it outside a transaction, when the experiment is published.

    Raises:
        Unavailable: The data plane does not answer.
    """
    past = Past(experiment, world(experiment), LEARNING_VISITS, LEARNING_ROUNDS)
    return past.bring_in(door, now=now)


Bring = Callable[..., int]
GOING_ON: tuple[tuple[str, Build, Bring], ...] = (
    (PERSONAL, personalised, personalised_history),
    (LEARNING, bandit, bandit_history),
)
"""What goes on when the past has been lived: key, how it is made, and its own past."""
