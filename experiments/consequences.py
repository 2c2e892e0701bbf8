"""What an action will do, said before it is done: who sees what, who is counted."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _

from experiments import adaptive, launch_consequences
from experiments.models import Experiment, Parameters
from experiments.start_consequence import (
    Consequence,
    of_saved,
    of_start,
    place_of,
    places_of,
    shares,
)

__all__ = ["Consequence", "learnt_shares", "of", "of_start", "shares"]


def of(action: str, experiment: Experiment) -> Consequence:
    """What follows from an action on an experiment as it is now."""
    return _ACTIONS[action](experiment)


def _pause(experiment: Experiment) -> Consequence:
    return Consequence(
        _("Within five seconds everybody sees the default of “%(place)s”.")
        % {"place": places_of(experiment)},
        _(
            "Nobody new is counted. Orders of those already counted still are. After the pause "
            "everybody gets the same variant as before."
        ),
    )


def _resume(experiment: Experiment) -> Consequence:
    return Consequence(
        _("Within five seconds visitors of “%(place)s” see the same variant as before the pause.")
        % {"place": places_of(experiment)},
        _("Counting goes on in the same phase; days of the pause stay in the plan."),
    )


def _stop(experiment: Experiment) -> Consequence:
    return Consequence(
        _("Within five seconds everybody sees the default of “%(place)s”. It cannot be resumed.")
        % {"place": places_of(experiment)},
        _("Nobody new is counted. The results stay, and the traffic is free for another test."),
    )


def _decide(experiment: Experiment) -> Consequence:
    return Consequence(
        _(
            "Within five seconds everybody at “%(place)s” sees the banner you choose: it becomes "
            "the default."
        )
        % {"place": place_of(experiment)},
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
        % {"place": places_of(experiment)},
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
    return _(", ").join(
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
        "start": of_saved,
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
        **launch_consequences.ACTIONS,
    }
)
