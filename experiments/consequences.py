"""What an action will do, said before it is done: who sees what, who is counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _

from engine.assignment import allocation
from experiments import adaptive
from experiments.models import Experiment, Parameters, Variant
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
    return Consequence(
        sees % words + _policy(experiment.policy, experiment.exploration_share),
        _counted(experiment.policy),
    )


def _counted(policy: str) -> str:
    if policy == Experiment.Policy.FIXED:
        return _("Whoever is shown a variant is counted from then on, once, with that variant.")
    return _(
        "Whoever is shown a variant is counted from then on, once, on one side: what the policy "
        "chooses, or chance."
    )


def _policy(policy: str, share: int) -> str:
    """One more sentence where the split is only the beginning."""
    if policy == Experiment.Policy.FIXED:
        return ""
    sentence = (
        _("Visitors of a segment see what is set for it.")
        if policy == Experiment.Policy.RULES
        else _("Then each minute more of the traffic goes to what is clicked.")
    )
    slice_ = _("%(share)s %% get any variant by chance, to compare with.") % {"share": share}
    return f" {sentence} {slice_}"


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


def _confirm(experiment: Experiment) -> Consequence:
    """What the decision that waits would do; the same as deciding."""
    return _decide(experiment)


def _decline(experiment: Experiment) -> Consequence:  # noqa: ARG001 - one signature for all
    return Consequence(
        _("Nothing changes: everybody goes on seeing what they see now."),
        _("Counting goes on as before. Who asked, why, and that it was declined, is kept."),
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


def _change_policy(experiment: Experiment) -> Consequence:
    words = {"phase": experiment.phase + 1, "now": experiment.phase}
    return Consequence(
        _("Within five seconds every visitor is drawn anew: many see another banner."),
        _(
            "Phase %(phase)s begins: counting starts again from zero. The report of phase %(now)s "
            "stays as it is, but does not add to the new one."
        )
        % words,
    )


def _roll_back(experiment: Experiment) -> Consequence:
    return Consequence(
        _back_to(experiment, adaptive.in_force(experiment), adaptive.earlier(experiment)),
        _("Counting goes on in the same phase. It keeps these shares until you let it learn on."),
    )


def _release(experiment: Experiment) -> Consequence:
    return Consequence(
        _back_to(experiment, adaptive.in_force(experiment), adaptive.newest(experiment)),
        _("Counting goes on in the same phase, and each minute it learns from it again."),
    )


def _back_to(experiment: Experiment, now: Parameters | None, then: Parameters | None) -> str:
    """Which probabilities come in the place of which."""
    if now is None or then is None:
        return _("Nothing has been learned yet that could be changed.")
    words = {
        "version": then.version,
        "shares": learnt_shares(experiment, then),
        "old": now.version,
        "old_shares": learnt_shares(experiment, now),
    }
    return (
        _(
            "Within five seconds these probabilities come into force: %(shares)s (version "
            "%(version)s). They replace %(old_shares)s (version %(old)s)."
        )
        % words
    )


def learnt_shares(experiment: Experiment, parameters: Parameters) -> str:
    """What each variant gets under some parameters."""
    widths = parameters.widths
    return ", ".join(
        f"{variant.name} {widths.get(str(variant.pk), 0) / 100:g} %"
        for variant in experiment.variants.all()
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
        "confirm": _confirm,
        "decline": _decline,
        "traffic": _traffic,
        "split": _split,
        "policy": _change_policy,
        "roll_back": _roll_back,
        "release": _release,
        "delete": _delete,
    }
)
