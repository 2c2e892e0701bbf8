"""What the clock did and what it could not do: in the log, to webhooks, and on the page.

Only a code and facts are kept (`Experiment.told`), so that everybody reads it in their own
language. It stands until somebody acts on it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments import compare_and_set, schedules
from experiments.models import Experiment
from workspace import webhooks
from workspace.models import Site
from workspace.sentences import together

STARTED, RAMPED = "experiment.started_by_clock", "experiment.ramp_raised"
STOPPED, SHIPPED = "experiment.stopped_by_clock", "experiment.shipped_by_clock"
NOTHING_SHIPPED, RAMP_STOPPED = "experiment.end_needs_you", "experiment.ramp_stopped"
NOT_STARTED, ENDED = "experiment.not_started", "experiment.end_reached"
webhooks.register(
    {
        STARTED: gettext_lazy("The clock started an experiment"),
        NOT_STARTED: gettext_lazy("An experiment could not start at its time"),
        RAMPED: gettext_lazy("The ramp of an experiment went up a step"),
        RAMP_STOPPED: gettext_lazy("The ramp of an experiment stopped"),
        ENDED: gettext_lazy("An experiment reached its end and goes on"),
        STOPPED: gettext_lazy("The clock stopped an experiment at its end"),
        SHIPPED: gettext_lazy("The clock showed everybody what was chosen for the end"),
        NOTHING_SHIPPED: gettext_lazy("The end of an experiment needs a person"),
    }
)
Facts = Mapping[str, Any]


def tell(
    experiment: Experiment,
    code: str,
    facts: Facts = MappingProxyType({}),
    *,
    now: dt.datetime,
    changes: Facts = MappingProxyType({}),
) -> None:
    """Say on the page, in the log and to webhooks what the clock could not do.

    Raises:
        Conflict: Somebody else was first, so that it may not be true any more.
    """
    experiment.told = {"code": code, "at": now.isoformat(), **facts}
    said = sentence(experiment)
    with transaction.atomic():
        written = {"told": experiment.told, **changes}
        compare_and_set.change(
            experiment, f"told_{code}", written, actor=None, now=now, reason=said
        )
        announce(experiment, EVENTS[code], said, now=now)


def announce(experiment: Experiment, event: str, said: str, *, now: dt.datetime) -> None:
    """Leave a message for webhooks, in the transaction of what it tells of."""
    page = reverse("experiments:detail", args=[experiment.site.key, experiment.key])
    payload = {
        "site": experiment.site.key,
        "experiment": experiment.key,
        "name": experiment.name,
        "status": str(experiment.status),
        "traffic_share": experiment.traffic_share,
        "text": said,
        "link": f"{settings.PUBLIC_URL}{page}",
    }
    webhooks.announce(experiment.site, type=event, payload=payload, now=now)


@transaction.atomic
def settle(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Somebody has read it, and nothing more is to be done."""
    compare_and_set.change(experiment, "settle", {"told": {}}, actor=actor, now=now)


def standing(site: Site) -> QuerySet[Experiment]:
    """The experiments of a site of which the clock has said something that nobody acted on."""
    return Experiment.objects.filter(site=site).exclude(told={}).order_by("-id")


def sentence(experiment: Experiment) -> str:
    """What the clock said last, for people; "" where nothing stands."""
    told = experiment.told
    words = WORDS.get(told.get("code", ""))
    return words(experiment, told) if words else ""


def _not_started(experiment: Experiment, told: Facts) -> str:
    words = {"at": schedules.said(experiment.site, schedules.parsed(told.get("for")))}
    first = _("It could not start at %(at)s and waits.") % words
    return together([first, *told.get("why", ())])


def _ended(experiment: Experiment, told: Facts) -> str:  # noqa: ARG001 - one signature for all
    words = {"at": schedules.said(experiment.site, experiment.ends_at)}
    return _("Its end, %(at)s, has come. It goes on until somebody stops or decides it.") % words


def _no_recommendation(experiment: Experiment, told: Facts) -> str:  # noqa: ARG001
    return _(
        "At its end it was to show everybody what the report recommends, but the report recommends "
        "no single banner. Nothing was changed: it goes on."
    )


def _against(experiment: Experiment, told: Facts) -> str:
    words = {"name": _name(experiment, told.get("variant", ""))}
    return (
        _(
            "At its end it was to show everybody “%(name)s”, but the report speaks against it. "
            "Nothing was changed: it goes on."
        )
        % words
    )


def _gone(experiment: Experiment, told: Facts) -> str:
    words = {"name": _name(experiment, told.get("variant", ""))}
    return (
        _(
            "At its end it was to show everybody “%(name)s”, but that has no banner that may be "
            "shown. Nothing was changed: it goes on."
        )
        % words
    )


def _asked(experiment: Experiment, told: Facts) -> str:  # noqa: ARG001
    return _(
        "At its end a decision was waiting for a second person. Nothing was changed: it goes on."
    )


def _no_report(experiment: Experiment, told: Facts) -> str:  # noqa: ARG001
    return _("At its end there was no fresh report to go by. Nothing was changed: it goes on.")


def _ramp_split(experiment: Experiment, told: Facts) -> str:  # noqa: ARG001
    return (
        _(
            "The ramp stopped at %(share)s %%: visitors do not come in the shares that were set. "
            "Check the data, then raise the traffic yourself, or let the ramp go on."
        )
        % told
    )


def _ramp_room(experiment: Experiment, told: Facts) -> str:  # noqa: ARG001
    return (
        _(
            "The ramp stopped at %(share)s %%: the next step is %(next)s %%, and other experiments "
            "of this layer leave %(free)s %%."
        )
        % told
    )


def _name(experiment: Experiment, key: str) -> str:
    names = dict(experiment.variants.values_list("key", "name"))
    return names.get(key, key)


WORDS: Final[Mapping[str, Callable[[Experiment, Facts], str]]] = MappingProxyType(
    {
        "not_started": _not_started,
        "ended": _ended,
        "no_recommendation": _no_recommendation,
        "against": _against,
        "gone": _gone,
        "asked": _asked,
        "no_report": _no_report,
        "ramp_split": _ramp_split,
        "ramp_room": _ramp_room,
    }
)
EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(WORDS, NOTHING_SHIPPED)
    | {"not_started": NOT_STARTED, "ended": ENDED}
    | {"ramp_split": RAMP_STOPPED, "ramp_room": RAMP_STOPPED}
)
