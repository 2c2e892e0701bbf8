"""A picture in the sizes of a placement: cut around its focal point, sharp on dense screens.

A cut is a rendition that names the CSS size it is for; the picture itself stays what it was. Cuts
are made from the kept original by the child process that decodes everything.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creatives import decoding, fitting, media, refusals, sniffing
from creatives.decoding import Lost, Refusal, Target
from creatives.encoding import Encoded
from creatives.models import Placement, Rendition, Size, Version
from engine.errors import IllegalMove, InvalidInput, LabError, NotFound
from workspace import audit, jobs
from workspace.models import Job

KIND: Final = "creatives.cut"
DENSITIES: Final = (1, 2)
WHOLE: Final = 100  # percent


@dataclass(frozen=True, slots=True)
class Piece:
    """One cut to make: for which size of a slot, how dense, which part of the picture."""

    size: Size
    density: int
    target: Target


def cut(
    version: Version,
    placements: Iterable[Placement],
    *,
    progress: jobs.Progress | None = None,
) -> int:
    """Make the cuts that a version lacks for the sizes of placements; how many were made.

    Asked again it makes nothing twice. A size for which the picture is too small gets none: there
    `fitting.misfit` says what is wrong.

    Raises:
        NotFound: The original is gone.
        TooLarge, InvalidInput: An animation is too long for the size; what `uploads.accept` raises.
    """
    pieces = wanted(version, placements)
    for done, piece in enumerate(pieces):
        if progress:
            progress(done, len(pieces), _("Cutting %(size)s") % {"size": _words(piece)})
        _keep(version, piece, _made(version, piece))
    if progress:
        progress(len(pieces), len(pieces), _("Done"))
    return len(pieces)


def ask(
    version: Version,
    placements: Iterable[Placement],
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Job | None:
    """Have the cuts made by a worker; None when nothing is lacking."""
    chosen = list(placements)
    if not wanted(version, chosen):
        return None
    return jobs.enqueue(
        KIND,
        site=version.creative.site,
        subject=version.creative.key,
        parameters={
            "version": version.pk,
            "placements": sorted(p.pk for p in chosen),
            "focus": [version.focus_x, version.focus_y],  # another point is another request
        },
        actor=actor,
        now=now,
    )


@jobs.register(KIND, title=gettext_lazy("Cutting pictures to size"))
def work(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Make the cuts as asked; repeated after a lost worker it makes those that lack."""
    asked = job.parameters
    version = Version.objects.filter(creative__site=job.site, pk=asked["version"]).first()
    if version is None:
        raise NotFound(_("This version does not exist any more."))
    placements = Placement.objects.filter(site=job.site, pk__in=asked["placements"])
    count = cut(version, placements, progress=progress)
    return {"message": _("%(count)s cuts were made.") % {"count": count}, "cuts": count}


def aim(
    version: Version, *, x: int, y: int, actor: AbstractBaseUser | None, now: dt.datetime
) -> Version:
    """Move the focal point of a draft (percent from left and top).

    Cuts made around the old one go; ask for new ones. Raises InvalidInput or IllegalMove.
    """
    if not (0 <= x <= WHOLE and 0 <= y <= WHOLE):
        raise InvalidInput(_("Between 0 and 100 percent."), field="focus_x")
    with transaction.atomic():
        locked = Version.objects.select_for_update().get(pk=version.pk)
        if locked.status != Version.Status.DRAFT:
            raise IllegalMove(
                _("This version is no draft any more: its picture stays as it was approved."),
                hint=_("Make a new version and move its focal point."),
            )
        if (locked.focus_x, locked.focus_y) == (x, y):
            return locked
        before = audit.state_of(locked)
        locked.focus_x, locked.focus_y = x, y
        locked.save(update_fields=["focus_x", "focus_y"])
        locked.renditions.exclude(css_width=0).delete()
        audit.record(
            site=locked.creative.site,
            actor=actor,
            action="aim",
            subject=locked.creative,
            before={"version": before},
            after={"version": audit.state_of(locked)},
            now=now,
        )
    return locked


def wanted(version: Version, placements: Iterable[Placement]) -> list[Piece]:
    """The cuts that a version lacks, each size once; none for films and composed banners."""
    if version.kind != Version.Kind.IMAGE:
        return []
    there = {(f.css_width, f.css_height, f.density) for f in version.renditions.all()}
    sizes = {(size.width, size.height): size for p in placements for size in p.sizes}
    pieces = (piece for size in sizes.values() for piece in _pieces(version, size))
    return [p for p in pieces if (p.size.width, p.size.height, p.density) not in there]


def _pieces(version: Version, size: Size) -> list[Piece]:
    if (version.width, version.height) == (size.width, size.height):
        return []  # the picture itself is the cut
    width, height = _part(version, size)
    if width < size.width * (1 - fitting.ASPECT_TOLERANCE):
        return []
    box = _around_focus(version, width, height)
    return [
        Piece(size, density, Target(size.width * density, size.height * density, box))
        for density in DENSITIES
        if density == 1 or width >= size.width * density
    ]


def _part(version: Version, size: Size) -> tuple[Fraction, Fraction]:
    """The largest part of the picture that has the proportions of a size."""
    scale = min(Fraction(version.width, size.width), Fraction(version.height, size.height))
    return size.width * scale, size.height * scale


def _around_focus(
    version: Version, width: Fraction, height: Fraction
) -> tuple[float, float, float, float]:
    """That part with the focal point in its middle, or as near to it as the edges allow."""
    left = _begin(version.width, width, version.focus_x)
    top = _begin(version.height, height, version.focus_y)
    return float(left), float(top), float(left + width), float(top + height)


def _begin(whole: int, part: Fraction, percent: int) -> Fraction:
    middle = Fraction(whole * percent, WHOLE)
    return max(Fraction(0), min(middle - part / 2, whole - part))


def _made(version: Version, piece: Piece) -> Sequence[Encoded]:
    data, decoder = _original(version)
    try:
        return decoding.cut(data, decoder=decoder, target=piece.target).served
    except (Refusal, Lost) as refusal:
        raise _said(refusals.error(refusal), piece) from None


def _said(error: LabError, piece: Piece) -> LabError:
    """With the size it is about: a job makes several."""
    text = _("%(size)s: %(what)s") % {"size": _words(piece), "what": error}
    return type(error)(text, field=error.field, hint=error.hint)


def _words(piece: Piece) -> str:
    return f"{fitting.size_of(piece.size)} @{piece.density}x"


def _original(version: Version) -> tuple[bytes, str]:
    sort = next(s for s in sniffing.SORTS.values() if s.mime_type == version.original_type)
    data = media.original(f"{version.original_sha256}.{sort.extension}")
    if data is None:
        raise NotFound(
            _("The original of this picture is not on this machine any more."),
            hint=_("Upload it again as a new version."),
        )
    return data, sort.decoder


def _keep(version: Version, piece: Piece, files: Sequence[Encoded]) -> None:
    size = {"css_width": piece.size.width, "css_height": piece.size.height}
    rows = [_rendition(version, piece, made) for made in files]
    with transaction.atomic():
        locked = Version.objects.select_for_update().get(pk=version.pk)
        if (locked.focus_x, locked.focus_y) != (version.focus_x, version.focus_y):
            return  # somebody has aimed elsewhere meanwhile
        there = version.renditions.filter(density=piece.density, **size)
        if not there.exists():  # another worker may have been as quick
            Rendition.objects.bulk_create(rows)


def _rendition(version: Version, piece: Piece, made: Encoded) -> Rendition:
    return Rendition(
        version=version,
        purpose=Rendition.Purpose.SERVED,
        file=media.store(made.data, made.extension),
        mime_type=made.mime_type,
        width=made.width,
        height=made.height,
        density=piece.density,
        css_width=piece.size.width,
        css_height=piece.size.height,
        bytes=len(made.data),
    )
