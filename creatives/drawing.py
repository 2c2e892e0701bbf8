"""Composed banners as PNG, for channels without style sheets, and what of their texts does not fit.

The same Chromium run draws every size of the site's placements and measures it. Where there is no
Chromium nothing is drawn and `facts.overflow` stays None.
"""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from creatives import boxes, media
from creatives.boxes import Box, Sheet
from creatives.encoding import THUMBNAIL, WEBP_QUALITY
from creatives.facts import Facts
from creatives.models import Rendition, Version
from engine.errors import NotFound, Unavailable
from workspace import chromium, jobs
from workspace.models import Job

KIND = "creatives.draw"
PNG = "image/png"
DENSITIES = (1, 2)
# Beyond this, twice the density is more file than sharpness.
MOST_PIXELS = 4_000_000
# Lists show banners in this size.
SHOWN = (1200, 400)
Overflow = dict[int, dict[str, list[str]]]


def ask(version: Version, *, actor: AbstractBaseUser | None, now: dt.datetime) -> Job | None:
    """Have a composed version drawn, by the worker; None where there is nothing to draw."""
    if version.kind != Version.Kind.COMPOSED or is_drawn(version):
        return None
    return jobs.enqueue(
        KIND,
        site=version.creative.site,
        subject=f"{version.creative.key} v{version.number}",
        parameters={"version": version.pk, "content": version.original_sha256},
        actor=actor,
        now=now,
    )


def is_drawn(version: Version) -> bool:
    """Whether there are pictures of it, for channels without style sheets."""
    return version.renditions.filter(mime_type=PNG, css_width__gt=0).exists()


@jobs.register(KIND, title=gettext_lazy("Drawing of a banner"))
def draw_job(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Draw the version that the job names."""
    rows = Version.objects.select_related("creative__site").prefetch_related("copies")
    version = rows.filter(pk=job.parameters["version"]).first()
    if version is None:
        raise NotFound(_("This version is not there any more."))
    if version.original_sha256 != job.parameters.get("content", version.original_sha256):
        return {"drawn": 0, "reason": "changed-since"}  # what it says now has a job of its own
    if chromium.found() is None:
        return {"drawn": 0, "reason": "no-chromium"}
    return {"drawn": draw(version, progress=progress)}


def draw(version: Version, *, progress: jobs.Progress | None = None) -> int:
    """Draw and measure a composed version at every size of its site; how many files it made.

    Raises NoChromium where there is none, Unavailable when Chromium did not finish.
    """
    css = _css(version)
    pages = boxes.sheets(_boxes(version))
    over: Overflow = {}
    files: list[Rendition] = []
    for number, page in enumerate(pages):
        if progress:
            progress(number, len(pages), _("Drawing"))
        _measure(page, css, over)
        for density in DENSITIES:
            files += _cut_out(version, page, _picture(page, css, density), density)
    _keep(version, files, over.get(version.pk, {}))
    if progress:
        progress(len(pages), len(pages), _("Done"))
    return len(files)


def _boxes(version: Version) -> Iterator[Box]:
    """The banner in every language and size, its first language first."""
    yield from _rooms(version)
    if not any(
        (place.width, place.height) == SHOWN for place in version.creative.site.placements.all()
    ):
        yield Box("", *SHOWN, version.html, owner=version.pk)


def _rooms(version: Version) -> Iterator[Box]:
    """The banner in every language and size of the site's placements."""
    site = version.creative.site
    shown = [("", version.html), *((c.locale, c.html) for c in version.copies.all() if c.html)]
    places = site.placements.all()
    sizes = dict.fromkeys((size.width, size.height) for place in places for size in place.sizes)
    for locale, html in shown:
        for width, height in sizes:
            yield Box(locale, width, height, html, owner=version.pk)


def look_over(versions: Sequence[Version], *, progress: jobs.Progress | None = None) -> None:
    """Measure many drafts and make their small pictures, several at once; the rest comes later.

    Drawing each of them in every size takes seconds a banner: `ask` does it for those that somebody
    wants to show. Raises as `draw` does.
    """
    css = "".join(dict.fromkeys(map(_css, versions)))
    over: Overflow = {}
    rooms = (box for version in versions for box in _rooms(version))
    for page in boxes.sheets(rooms, most=boxes.MOST_MEASURED):
        _measure(page, css, over)
        if progress:
            progress(len(versions), message=_("Measuring"))
    by_pk = {version.pk: version for version in versions}
    shown = (Box("", *SHOWN, version.html, owner=version.pk) for version in versions)
    for page in boxes.sheets(shown):
        whole = _picture(page, css, 1)
        for box in page.boxes:
            part = whole.crop((0, box.top, box.width, box.top + box.height))
            _replace_thumbnail(by_pk[box.owner], part)
    for version in versions:
        keep_overflow(version, over.get(version.pk, {}))


def _replace_thumbnail(version: Version, part: Image.Image) -> None:
    version.renditions.filter(purpose=Rendition.Purpose.THUMBNAIL).delete()
    _thumbnail(version, part).save()


def _css(version: Version) -> str:
    path = media.path_of(version.stylesheet)
    if path is None:
        raise NotFound(_("The style sheet of this version is not there any more."))
    return path.read_text(encoding="utf-8")


def _measure(page: Sheet, css: str, over: Overflow) -> None:
    """Add what does not fit on this page, by version and size."""
    files = {chromium.PAGE: boxes.document(page, css, measured=True)}
    found = boxes.results(chromium.dom(files))  # nothing is painted: its window is of no account
    if found is None:
        raise Unavailable(_("The banners could not be measured. Try again."))
    for box, result in zip(page.boxes, found, strict=True):
        here = over.setdefault(box.owner, {}).setdefault(box.size, [])
        here += [_named(box, slot) for slot in result["over"] if _named(box, slot) not in here]


def _named(box: Box, slot: str) -> str:
    """The slot, and in which language, if that is not the first one."""
    return f"{box.locale}.{slot}" if box.locale else slot


def _picture(page: Sheet, css: str, density: int) -> Image.Image:
    files = {chromium.PAGE: boxes.document(page, css, measured=False)}
    scale = f"--force-device-scale-factor={density}"
    png = chromium.written(files, out="page.png", what=[_window(page), scale, "--screenshot={out}"])
    return Image.open(io.BytesIO(png)).convert("RGB")


def _window(page: Sheet) -> str:
    return f"--window-size={page.width},{page.height}"


def _cut_out(
    version: Version, page: Sheet, whole: Image.Image, density: int
) -> Iterator[Rendition]:
    for box in page.boxes:
        size = box.width * density, box.height * density
        if density > 1 and size[0] * size[1] > MOST_PIXELS:
            continue
        top = box.top * density
        part = whole.crop((0, top, size[0], top + size[1]))
        yield _rendition(version, part, box, density)
        if density > 1 and (box.width, box.height, box.locale) == (*SHOWN, ""):
            yield _thumbnail(version, part)


def _rendition(version: Version, part: Image.Image, box: Box, density: int) -> Rendition:
    out = io.BytesIO()
    part.save(out, "PNG")
    return Rendition(
        version=version,
        purpose=Rendition.Purpose.SERVED,
        file=media.store(out.getvalue(), "png"),
        mime_type=PNG,
        width=part.width,
        height=part.height,
        density=density,
        css_width=box.width,
        css_height=box.height,
        locale=box.locale,
        bytes=len(out.getvalue()),
    )


def _thumbnail(version: Version, part: Image.Image) -> Rendition:
    small, out = part.copy(), io.BytesIO()
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    small.save(out, "WEBP", quality=WEBP_QUALITY, method=4)
    return Rendition(
        version=version,
        purpose=Rendition.Purpose.THUMBNAIL,
        file=media.store(out.getvalue(), "webp"),
        mime_type="image/webp",
        width=small.width,
        height=small.height,
        bytes=len(out.getvalue()),
    )


def _keep(version: Version, files: Sequence[Rendition], over: dict[str, list[str]]) -> None:
    """In place of what was drawn before; the facts say what does not fit at which size."""
    with transaction.atomic():
        locked = Version.objects.select_for_update().get(pk=version.pk)
        if locked.original_sha256 != version.original_sha256:
            return  # its words were changed while it was drawn
        locked.renditions.all().delete()
        Rendition.objects.bulk_create(files)
        keep_overflow(version, over)


def keep_overflow(version: Version, over: dict[str, list[str]]) -> None:
    """Write what does not fit into the facts, beside all others."""
    with transaction.atomic():
        locked = Version.objects.select_for_update().get(pk=version.pk)
        locked.facts = Facts.of(locked.facts).kept() | {"overflow": over}
        locked.save(update_fields=["facts"])
    version.facts = locked.facts
