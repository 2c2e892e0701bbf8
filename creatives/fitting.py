"""Whether a version can fill a placement, and if not, why."""

from fractions import Fraction

from django.utils.translation import gettext as _

from creatives.models import Placement, Size, Version

ASPECT_TOLERANCE = Fraction(3, 100)
"""A picture whose proportions are off by more would be cropped or show bars, and a test would
compare the damage. Three percent is the rounding of odd sizes, such as 640 × 213 for 3:1."""


def fits_size(version: Version, size: Size) -> bool:
    """Whether the picture as it is has the proportions of a slot and is large enough for it."""
    return not misfit_of(version, size)


def serves(version: Version, size: Size) -> bool:
    """Whether something can be shown in a slot of this size: made for it, or as it is."""
    return (
        version.kind == Version.Kind.COMPOSED or _is_cut(version, size) or fits_size(version, size)
    )


def misfit(version: Version, placement: Placement) -> str:
    """Why a version cannot fill a placement, as a sentence; empty when it can."""
    lacking = (size for size in placement.sizes if not serves(version, size))
    first = next(lacking, None)
    return misfit_of(version, first) if first else ""


def misfit_of(version: Version, size: Size) -> str:
    """Why the picture as it is does not fit a size, as a sentence; empty when it does."""
    wanted = Fraction(size.width, size.height)
    actual = Fraction(version.width, version.height)
    words = {"width": version.width, "height": version.height, "slot": size_of(size)}
    if abs(actual / wanted - 1) > ASPECT_TOLERANCE:
        text = _("%(width)s × %(height)s pixels have other proportions than the slot of %(slot)s.")
        return text % words
    if version.width < size.width * (1 - ASPECT_TOLERANCE):
        text = _("%(width)s × %(height)s pixels are less than the slot of %(slot)s and would blur.")
        return text % words
    return ""


def size_of(size: Size | Placement) -> str:
    """Width × height of a slot, without thousands separators."""
    return f"{size.width} × {size.height}"


def _is_cut(version: Version, size: Size) -> bool:
    wanted = (size.width, size.height)
    return any((f.css_width, f.css_height) == wanted for f in version.renditions.all())
