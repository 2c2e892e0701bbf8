"""The sealed plan and the departures from it, for pages and the method of a report."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from experiments import sealing
from experiments.models import Experiment


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was sealed when, and every departure from it."""

    at: dt.datetime
    by: str
    sha256: str
    intact: bool
    departures: Sequence[str]
    open_checks: Sequence[str]


def of(experiment: Experiment, *, phase: int | None = None) -> Sealed | None:
    """The seal of a phase, by itself of the present one; None of what never ran here."""
    plan = sealing.of(experiment, phase=phase)
    if plan is None:
        return None
    return Sealed(
        at=plan.sealed_at,
        by=plan.sealed_by.get_username() if plan.sealed_by else "",
        sha256=plan.sha256,
        intact=sealing.is_intact(plan),
        departures=sealing.departures(experiment),
        open_checks=plan.body.get("open_checks", ()),
    )


def method(sealed: Sealed | None, *, frozen: bool) -> list[str]:
    """The same as sentences of a report's method.

    Args:
        sealed: Of the phase that the report is about.
        frozen: It is shown as it was, so that what was changed later is not its business.
    """
    if sealed is None:
        return []
    words = {"hash": sealed.sha256, "at": sealed.at.strftime("%Y-%m-%d %H:%M UTC")}
    first = _("The plan was sealed at %(at)s with the SHA-256 %(hash)s.") % words
    departures = () if frozen else sealed.departures
    if not departures and not frozen:
        return [first, _("Nothing departs from it.")]
    return [first, *(_("Departure: %(what)s") % {"what": what} for what in departures)]
