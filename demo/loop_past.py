"""The past of an experiment that goes on: rounds of visits, dated back from its start until now."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from demo.leanings import LeaningWorld
from demo.policy_simulation import learn
from demo.rounds import RoundCrowd, When
from demo.shoppers import Door
from events import rollup, store
from experiments.models import Experiment

Clock = Callable[[], dt.datetime]
MARGIN = dt.timedelta(minutes=5)  # clocks differ, and nothing may lie in the future


@dataclass(frozen=True, slots=True)
class Past:
    """So many visits in rounds that share the time since the start; a policy learns in between."""

    experiment: Experiment
    world: LeaningWorld
    visits: int
    rounds: int

    def bring_in(self, door: Door, *, now: dt.datetime, clock: Clock = timezone.now) -> int:
        """Send them unless some have come; how many visits that were."""
        one, place = self.experiment, self.experiment.placement
        rollup.run(now=clock())
        if place is None or store.aggregates(one.pk, one.phase):
            return 0
        with RoundCrowd(door, place.key, one.key, self.world) as crowd:
            crowd.wait_until_live()
            for number, calls in enumerate(self.world.rounds(self.visits, self.rounds)):
                crowd.send(calls, when=self._moments(number, now))
                if self._learns and learn(now=clock()):
                    crowd.wait_for_news()
        return self.visits

    @property
    def _learns(self) -> bool:
        return self.experiment.policy == Experiment.Policy.THOMPSON

    def _moments(self, number: int, now: dt.datetime) -> When:
        """Times anywhere in a round's part of the past."""
        begun = self.experiment.started_at or now
        part = (now - MARGIN - begun) / self.rounds
        chance = random.Random(f"{self.world.seed}:{number}")  # noqa: S311 - a simulation
        return lambda: begun + part * (number + chance.random())
