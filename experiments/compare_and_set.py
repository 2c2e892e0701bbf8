"""Writing to what others may be writing to: compare, set, and say so in the audit log."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F
from django.utils.translation import gettext as _

from engine.errors import Conflict
from experiments import changes
from experiments.models import Experiment, Status, Variant, Watched
from workspace import audit


class ChangedMeanwhile(Conflict):
    """Somebody else was first; `differences` says what is not any more as it was read."""

    def __init__(
        self,
        detail: str,
        *,
        hint: str | None = None,
        differences: tuple[changes.Difference, ...] = (),
    ) -> None:
        said = [detail, *(f"{one}." for one in differences)]
        super().__init__(" ".join(said), hint=hint)
        self.differences = differences


def claim(experiment: Experiment, changes: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Set fields if nobody has written since `experiment` was read; raises Conflict otherwise.

    The row stays locked until the end of the caller's transaction.
    """
    seen = Experiment.objects.filter(
        pk=experiment.pk, status=experiment.status, revision=experiment.revision
    )
    if not seen.update(revision=F("revision") + 1, **changes):
        raise _somebody_was_first(experiment)
    experiment.refresh_from_db(fields=[*changes, "revision"])


@contextmanager
def recorded(
    experiment: Experiment,
    action: str,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    reason: str = "",
) -> Iterator[None]:
    """Whatever is written inside stands in the audit log; the caller holds the transaction."""
    before = state_of(experiment)
    yield
    audit.record(
        site=experiment.site,
        actor=actor,
        action=str(action),
        subject=experiment,
        before=before,
        after=state_of(experiment),
        reason=reason,
        now=now,
    )


def change(
    experiment: Experiment,
    action: str,
    changes: Mapping[str, Any],
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    reason: str = "",
) -> None:
    """`claim` with an audit row."""
    with recorded(experiment, action, actor=actor, now=now, reason=reason):
        claim(experiment, changes)


def state_of(experiment: Experiment) -> dict[str, object]:
    """An experiment with its variants and what it watches, for the audit log."""
    variants = Variant.objects.filter(experiment=experiment).order_by("position")
    return audit.state_of(experiment) | {
        "variants": [_variant(*row) for row in variants.values_list(*STATED)],
        "also_on": sorted(experiment.also_on.values_list("key", flat=True)),
        "watched": [
            f"{one.metric} {one.role}" + (f" {one.margin.normalize():f}%" if one.margin else "")
            for one in Watched.objects.filter(experiment=experiment)
        ],
    }


def _variant(  # noqa: PLR0917 - the columns of STATED
    key: str,
    name: str,
    creative: str | None,
    weight: int,
    once: int,
    media: int,
    discount: Decimal,
    place: str | None,
    levels: dict[str, str],
) -> dict[str, object]:
    stated: dict[str, object] = {"key": key, "name": name, "creative": creative, "weight": weight}
    stated["costs"] = [once, media, f"{discount.normalize():f}"]
    # Most variants have neither, and the log is read by people.
    more = {"placement": place, "levels": levels}
    return stated | {name: value for name, value in more.items() if value}


STATED: Final = (
    "key",
    "name",
    "creative__key",
    "weight",
    "creative_cost",
    "media_cost",
    "discount",
    "placement__key",
    "levels",
)


def status_word(status: str) -> str:
    """A status inside a sentence."""
    return str(Status(status).label).lower()


def _somebody_was_first(experiment: Experiment) -> ChangedMeanwhile:
    """What to tell whoever came second: what it is now, and every field that differs."""
    fresh = Experiment.objects.filter(pk=experiment.pk).first()
    hint = _("Reload the page and look again.")
    if fresh is None:
        gone = _("“%(name)s” has been deleted meanwhile.") % {"name": experiment.name}
        return ChangedMeanwhile(gone, hint=hint)
    sentence = _("Somebody else has changed “%(name)s” meanwhile; it is %(status)s now.") % {
        "name": experiment.name,
        "status": status_word(fresh.status),
    }
    found = changes.since(experiment, experiment.revision, state_of(fresh))
    return ChangedMeanwhile(sentence, hint=hint, differences=found)
