"""How a story's end is written down: a decision with its record, or only what was learned."""

import datetime as dt

from demo.stories import End
from experiments import learnings, lifecycle, recommending
from experiments.models import Experiment


def conclude(experiment: Experiment, end: End, *, now: dt.datetime) -> None:
    """Decide a stopped story as people would, nobody being the one who did it.

    The decision keeps what the report said; the story is told, so nobody has to confirm it.
    """
    if end.reason:
        record = lifecycle.Record(
            recommended=recommending.of(experiment).code,
            takeaways=end.takeaways,
            next_step=end.next_step,
            tags=end.tags,
        )
        lifecycle.decide(
            experiment,
            variant_key=end.decision,
            reason=end.reason,
            actor=None,
            now=now,
            record=record,
        )
    elif end.takeaways:
        learnings.keep(
            experiment, takeaways=end.takeaways, tags_wanted=end.tags, actor=None, now=now
        )
