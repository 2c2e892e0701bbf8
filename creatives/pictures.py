"""Pictures of the library as parts of composed banners."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from creatives import rendering
from creatives.designs.markup import Files, Picture
from creatives.models import Rendition, Version
from engine.errors import InvalidInput
from workspace.models import Site

FIELD = "image"
FILE = re.compile(r"(?<![\w/.:-])/media/([0-9a-f]{64}\.[a-z0-9]{3,4})")


def of(version: Version) -> Picture:
    """The picture of a version as markup shows it: a file for every width, the plainest last.

    A type whose smallest file is larger than another's is left out, or small slots would load it.
    """
    files = [file for file in version.renditions.all() if _is_whole(file)]
    plain = [file for file in files if file.purpose == Rendition.Purpose.SERVED][-1]
    by_type: dict[str, list[Rendition]] = defaultdict(list)
    for file in files:
        by_type[file.mime_type].append(file)
    least = min(file.width for file in files)
    small = {kind: group for kind, group in by_type.items() if _narrowest(group) <= least}
    return Picture(
        src=rendering.page_url(plain.file),
        width=plain.width,
        height=plain.height,
        sources=tuple(Files(kind, _srcset(group)) for kind, group in small.items()),
    )


def alternatives(version: Version) -> dict[str, str]:
    """What a picture says to whoever does not see it, per language, the first one first."""
    if version.decorative:
        return {}
    said = {version.creative.site.locales[0]: version.alt}
    said |= {copy.locale: copy.alt for copy in version.copies.all()}
    return {locale: alt for locale, alt in said.items() if alt.strip()}


def chosen(site: Site, pk: int | str | None, *, field: str = FIELD) -> Version | None:
    """The version of that number if it is a still picture of the site; raises InvalidInput."""
    if pk in (None, ""):
        return None
    rows = Version.objects.filter(creative__site=site, kind=Version.Kind.IMAGE)
    found = (
        rows.select_related("creative__site")
        .prefetch_related("renditions", "copies")
        .filter(pk=pk)
        .first()
        if str(pk).isdecimal() and len(str(pk)) < len(str(2**63))
        else None
    )
    if found is None:
        raise InvalidInput(
            _("There is no such picture in the library."),
            field=field,
            hint=_("Choose another one, or upload it first."),
        )
    return found


def files_in(markup: str) -> list[str]:
    """The media files that finished markup names, each once."""
    return list(dict.fromkeys(FILE.findall(markup)))


def _is_whole(file: Rendition) -> bool:
    """Not cut for a slot: designs cut by themselves."""
    shown = {Rendition.Purpose.SERVED, Rendition.Purpose.THUMBNAIL}
    return not file.css_width and not file.locale and file.purpose in shown


def _narrowest(files: Iterable[Rendition]) -> int:
    return min(file.width for file in files)


def _srcset(files: Iterable[Rendition]) -> str:
    widths = {file.width: file for file in files}
    return ", ".join(
        f"{rendering.page_url(file.file)} {width}w" for width, file in sorted(widths.items())
    )
