"""Asking for cuts: the door to `creatives.cuts`, and which placements a version serves already."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from creatives import fitting
from creatives.models import Placement, Size, Version
from engine.errors import IllegalMove
from workspace.models import Job

CUTS = "creatives.cuts"


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
    """Have the picture cut for these placements; raises IllegalMove where nothing can be cut."""
    if version.kind == Version.Kind.COMPOSED:
        raise IllegalMove(_("A composed banner serves every size: nothing has to be cut."))
    if find_spec(CUTS) is None:
        raise IllegalMove(
            _("Pictures cannot be cut here."), hint=_("Upload one in the size of the slot.")
        )
    job: Job | None = import_module(CUTS).ask(version, list(placements), actor=actor, now=now)
    return job
