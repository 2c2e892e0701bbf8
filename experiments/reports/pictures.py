"""The banner of each variant, as small as it is kept."""

from dataclasses import dataclass

from creatives import rendering
from creatives.models import Rendition
from creatives.rendering import media_url
from experiments.models import Experiment, Variant


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of a banner."""

    src: str
    alt: str
    width: int
    height: int


def of(experiment: Experiment) -> dict[int, Picture]:
    """By id of the variant; imported tests have none."""
    versions = rendering.shown_versions("creative__versions")
    rows = Variant.objects.filter(experiment=experiment, creative__isnull=False)
    found = (
        (v.pk, _picture(v)) for v in rows.select_related("creative").prefetch_related(versions)
    )
    return {key: picture for key, picture in found if picture is not None}


def _picture(variant: Variant) -> Picture | None:
    version = rendering.shown_version(variant.creative) if variant.creative else None
    if version is None:
        return None
    files = sorted(version.renditions.all(), key=_smallest_first)
    if not files:
        return None
    return Picture(media_url(files[0].file), version.alt, files[0].width, files[0].height)


def _smallest_first(rendition: Rendition) -> tuple[bool, int]:
    return rendition.purpose != Rendition.Purpose.THUMBNAIL, rendition.width
