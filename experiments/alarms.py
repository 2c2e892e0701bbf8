"""What is wrong with what is served or counted, for Home: one line each."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from experiments import planes
from workspace.models import Site


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong, and what that means for people; Data health has the rest."""

    title: str
    text: str


def of(site: Site, *, now: dt.datetime) -> list[Alarm]:  # noqa: ARG001 - what follows is by site
    """What somebody should look at now; the gravest first."""
    found = [(planes.alarm(now=now), _("What you change may not reach shoppers."))]
    return [Alarm(title, text) for title, text in found if title]
