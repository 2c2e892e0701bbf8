"""What an action will do, said before it is done: who sees what, who is counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _

from engine.assignment import allocation
from experiments.models import Experiment, Variant
from experiments.traffic import EVERYBODY


@dataclass(frozen=True, slots=True)
class Consequence:
    """Two sentences for the page that asks."""

    sees: str
    counts: str


def of(action: str, experiment: Experiment) -> Consequence:
    """What follows from an action on an experiment as it is now."""
    return _ACTIONS[action](experiment)


def shares(variants: list[Variant]) -> list[tuple[Variant, float]]:
    """Each variant with its percent of those who take part, in whole buckets as they are drawn."""
    weights = [variant.weight for variant in variants]
    if not any(weights):
        return [(variant, 0.0) for variant in variants]
    ranges = allocation.variant_ranges(weights)
    pairs = zip(variants, ranges, strict=True)
    return [(variant, (end - start) / 100) for variant, (start, end) in pairs]


def of_start(experiment: Experiment, variants: list[Variant]) -> Consequence:
    """What a start would do, also of a plan that has not been saved."""
    split = ", ".join(f"{variant.name} {percent:g} %" for variant, percent in shares(variants))
    words = {"share": experiment.traffic_share, "place": _place(experiment), "split": split}
    if experiment.traffic_share == EVERYBODY:
        sees = _("Within five seconds every visitor of “%(place)s” sees one variant: %(split)s.")
    else:
        sees = _(
            "Within five seconds %(share)s %% of the visitors of “%(place)s” see one variant: "
            "%(split)s. The others go on seeing the default."
        )
    counts = _("Whoever is shown a variant is counted from then on, once, with that variant.")
    return Consequence(sees % words, counts)


def _start(experiment: Experiment) -> Consequence:
    return of_start(experiment, list(experiment.variants.all()))


def _place(experiment: Experiment) -> str:
    return experiment.placement.name if experiment.placement else _("no placement")


def _pause(experiment: Experiment) -> Consequence:
    return Consequence(
        _("Within five seconds everybody sees the default of “%(place)s”.")
        % {"place": _place(experiment)},
        _(
            "Nobody new is counted. Orders of those already counted still are. After the pause "
            "everybody gets the same variant as before."
        ),
    )


def _resume(experiment: Experiment) -> Consequence:
    return Consequence(
        _("Within five seconds visitors of “%(place)s” see the same variant as before the pause.")
        % {"place": _place(experiment)},
        _("Counting goes on in the same phase; days of the pause stay in the plan."),
    )


def _stop(experiment: Experiment) -> Consequence:
    return Consequence(
        _("Within five seconds everybody sees the default of “%(place)s”. It cannot be resumed.")
        % {"place": _place(experiment)},
        _("Nobody new is counted. The results stay, and the traffic is free for another test."),
    )


def _decide(experiment: Experiment) -> Consequence:
    return Consequence(
        _(
            "Within five seconds everybody at “%(place)s” sees the banner you choose: it becomes "
            "the default."
        )
        % {"place": _place(experiment)},
        _("Nobody new is counted. The decision and its reason are kept with the results."),
    )


def _traffic(experiment: Experiment) -> Consequence:
    return Consequence(
        _("More visitors of “%(place)s” take part. Whoever is in keeps the same variant.")
        % {"place": _place(experiment)},
        _("Counting goes on; the new visitors are added."),
    )


def _split(experiment: Experiment) -> Consequence:
    count = experiment.variants.count()
    words = {"count": count, "phase": experiment.phase + 1}
    return Consequence(
        _("Every visitor is drawn anew among the %(count)s variants: many see another banner.")
        % words,
        _(
            "Phase %(phase)s begins: counting starts again from zero. The results so far are kept, "
            "but do not add to the new ones."
        )
        % words,
    )


def _delete(experiment: Experiment) -> Consequence:  # noqa: ARG001 - one signature for all
    return Consequence(
        _("No visitor has seen it, so nobody will notice."),
        _("The plan is gone for good; the audit log keeps what it said."),
    )


_ACTIONS: Mapping[str, Callable[[Experiment], Consequence]] = MappingProxyType(
    {
        "start": _start,
        "pause": _pause,
        "resume": _resume,
        "stop": _stop,
        "decide": _decide,
        "traffic": _traffic,
        "split": _split,
        "delete": _delete,
    }
)
