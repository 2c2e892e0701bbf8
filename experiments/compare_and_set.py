"""Writing to what others may be writing to: compare, set, and say so in the audit log."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F
from django.utils.translation import gettext as _

from engine.errors import Conflict
from experiments.models import Experiment, Status
from workspace import audit


def claim(experiment: Experiment, changes: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Set fields if nobody has written since `experiment` was read; raises Conflict otherwise.

    The row stays locked until the end of the caller's transaction.
    """
    seen = Experiment.objects.filter(
        pk=experiment.pk, status=experiment.status, revision=experiment.revision
    )
    if not seen.update(revision=F("revision") + 1, **changes):
        raise Conflict(_somebody_was_first(experiment), hint=_("Reload the page and look again."))
    experiment.refresh_from_db(fields=[*changes, "revision"])


def change(
    experiment: Experiment,
    action: str,
    changes: Mapping[str, Any],
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    """`claim` with an audit row; the caller holds the transaction."""
    before = audit.state_of(experiment)
    claim(experiment, changes)
    audit.record(
        site=experiment.site,
        actor=actor,
        action=str(action),
        subject=experiment,
        before=before,
        after=audit.state_of(experiment),
        now=now,
    )


def status_word(status: str) -> str:
    """A status inside a sentence."""
    return str(Status(status).label).lower()


def _somebody_was_first(experiment: Experiment) -> str:
    status = Experiment.objects.filter(pk=experiment.pk).values_list("status", flat=True).first()
    if status is None:
        return _("“%(name)s” has been deleted meanwhile.") % {"name": experiment.name}
    return _("Somebody else has changed “%(name)s” meanwhile; it is %(status)s now.") % {
        "name": experiment.name,
        "status": status_word(status),
    }
