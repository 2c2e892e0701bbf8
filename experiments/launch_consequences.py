"""What follows from moves around a launch and in the archive: who sees what, who is counted."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _

from experiments import ramps, schedules
from experiments.models import Experiment, Status
from experiments.start_consequence import Consequence, of_saved, places_of
from workspace.sentences import together


def _unseen() -> str:
    return _("Nobody is counted: no visitor has seen anything of it.")


def _default_stays(experiment: Experiment) -> str:
    return _("Everybody at “%(place)s” goes on seeing what they see now.") % {
        "place": places_of(experiment)
    }


def _submit(experiment: Experiment) -> Consequence:
    sentence = _(
        "Its plan cannot be changed while it waits. Who approves it must be neither its owner nor "
        "you."
    )
    return Consequence(f"{_default_stays(experiment)} {sentence}", _unseen())


def _back_to_draft(experiment: Experiment) -> Consequence:
    return Consequence(
        f"{_default_stays(experiment)} " + _("It is a draft again, and its plan can be changed."),
        _unseen(),
    )


def _approve(experiment: Experiment) -> Consequence:
    """As `lifecycle.approve` decides: at its time when that lies ahead."""
    if experiment.starts_at is None:
        return of_saved(experiment)
    return _later(
        experiment,
        _("If %(at)s lies ahead, it starts then; otherwise at once:"),
    )


def _schedule(experiment: Experiment) -> Consequence:
    if experiment.starts_at is None:
        return _later(experiment, _("Nobody sees it before its time. Then:"))
    return _later(experiment, _("Nobody sees it before its time, such as %(at)s. Then:"))


def _later(experiment: Experiment, sentence: str) -> Consequence:
    start = of_saved(experiment)
    words = {"at": schedules.said(experiment.site, experiment.starts_at)}
    return Consequence(together((sentence % words, start.sees)), start.counts)


def _resume_ramp(experiment: Experiment) -> Consequence:
    following, here = ramps.next_step(experiment), ramps.step_in_force(experiment)
    words = {
        "share": experiment.traffic_share,
        "next": following.share if following else experiment.traffic_share,
        "hours": here.hours if here else 0,
        "visitors": here.visitors if here else 0,
    }
    return Consequence(
        _(
            "Nothing changes at once: %(share)s %% go on taking part. After %(hours)s hours and "
            "with %(visitors)s visitors it is %(next)s %%. Nobody who is in is moved."
        )
        % words,
        _("Counting goes on; the new visitors are added."),
    )


def _settle(experiment: Experiment) -> Consequence:
    return Consequence(
        _default_stays(experiment), _("Counting goes on as before. The history keeps the message.")
    )


def _archive(experiment: Experiment) -> Consequence:
    counts = _unseen() if experiment.status == Status.DRAFT else _("Its results stay as they are.")
    return Consequence(
        _default_stays(experiment) + " " + _("The list hides it, unless somebody looks for it."),
        counts,
    )


def _restore(experiment: Experiment) -> Consequence:
    words = {"status": str(Status(experiment.stage).label).lower()}
    return Consequence(
        _default_stays(experiment) + " " + _("It is %(status)s again, as before.") % words,
        _("Nobody new is counted."),
    )


ACTIONS: Mapping[str, Callable[[Experiment], Consequence]] = MappingProxyType(
    {
        "submit": _submit,
        "withdraw": _back_to_draft,
        "send_back": _back_to_draft,
        "unschedule": _back_to_draft,
        "approve": _approve,
        "schedule": _schedule,
        "resume_ramp": _resume_ramp,
        "settle": _settle,
        "archive": _archive,
        "restore": _restore,
    }
)
