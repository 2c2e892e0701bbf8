"""Which placements a version serves already, and asking for the cuts that it lacks."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from creatives import cuts, fitting
from creatives.models import Placement, Size, Version
from engine.errors import IllegalMove
from workspace.models import Job


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
