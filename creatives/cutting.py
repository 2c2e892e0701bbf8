"""Which placements a version serves already, and asking for the cuts that it lacks."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from creatives import cuts, fitting
from creatives.models import Placement, Size, Version
from engine.errors import IllegalMove
from workspace.models import Job

SITE = ("creative__site",)


@dataclass(frozen=True, slots=True)
class Place:
    """A placement and whether a version can be shown there; `misfit` says why not."""

    placement: Placement
    misfit: str
    sizes: tuple[tuple[Size, bool], ...]


def places(version: Version, placements: Sequence[Placement]) -> list[Place]:
    """Every placement, those that the version serves first."""
    found = [
        Place(
            placement,
            fitting.misfit(version, placement),
            tuple((size, fitting.serves(version, size)) for size in placement.sizes),
        )
        for placement in placements
    ]
    return sorted(found, key=lambda place: bool(place.misfit))


def ask(
    version: Version,
    placements: Sequence[Placement],
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Job | None:
    """Have the picture cut; None where nothing is lacking.

    Raises IllegalMove for what cannot be cut: composed banners, and pictures that are too small.
    """
    if version.kind == Version.Kind.COMPOSED:
        raise IllegalMove(_("A composed banner serves every size: nothing has to be cut."))
    job = cuts.ask(version, placements, actor=actor, now=now)
    lacking = [text for place in placements if (text := fitting.misfit(version, place))]
    if job is None and lacking:
        raise IllegalMove(lacking[0], hint=_("Upload a larger picture."))
    return job


def ask_where_it_fits(
    version: Version, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> Job | None:
    """Have a fresh picture made in the sizes of the slots whose proportions it has.

    Nothing of the picture is lost there, so nobody has to be asked; where something would be cut
    off, a person says so.
    """
    every = Placement.objects.filter(site=version.creative.site)
    fitting_whole = [p for p in every if any(fitting.fits_size(version, s) for s in p.sizes)]
    return cuts.ask(version, fitting_whole, actor=actor, now=now)


def ask_for_shown(
    placement: Placement, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> list[Job]:
    """Have everything that is shown at a placement made in its present sizes."""
    # By its reverse name: the room of experiments lies above this one.
    tested = Q(creative__variants__experiment__placement=placement)
    shown = Version.objects.filter(
        tested | Q(creative__fallback_of=placement), creative__live=F("pk")
    ).distinct()
    asked = [cuts.ask(v, [placement], actor=actor, now=now) for v in shown.select_related(*SITE)]
    return [job for job in asked if job]
