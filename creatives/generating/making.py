"""The job that makes many drafts: it may be started again and makes none of them twice."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creatives import drawing, library, pictures, studio
from creatives.models import Creative, Version
from engine.errors import InvalidInput, LabError, Unavailable
from workspace import chromium, jobs
from workspace.models import Job, Site

KIND = "creatives.generate"
PREFIX = 40
_log = logging.getLogger(__name__)
Person = AbstractBaseUser | None


@dataclass(frozen=True, slots=True)
class Wish:
    """One banner that is to be made."""

    name: str
    design: str
    palette: str
    slots: Mapping[str, Mapping[str, str]]
    landing_url: str
    image: int | None = None
    product: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    """Why it cannot be made, where that is known beforehand."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one of them, for the report."""

    name: str
    product: str
    key: str
    reason: str


def ask(site: Site, wishes: list[Wish], *, name: str, actor: Person, now: dt.datetime) -> Job:
    """Have the worker make them."""
    if not wishes:
        raise InvalidInput(_("There is nothing to make."), field="count")
    return jobs.enqueue(
        KIND,
        site=site,
        subject=name[:100],
        parameters={
            # In the keys of its banners, so that a job taken up again finds them.
            "run": f"{slugify(name)[:PREFIX].strip('-') or 'banner'}-{now:%y%m%d%H%M%S}",
            "wishes": [asdict(wish) for wish in wishes],
        },
        actor=actor,
        now=now,
    )


@jobs.register(KIND, title=gettext_lazy("Generated banners"))
def generate(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Compose what the job wishes for; each on its own, so that one refusal stops no other."""
    wishes = [Wish(**kept) for kept in job.parameters["wishes"]]
    steps = len(wishes) + 1  # the last one is measuring
    lines = []
    for number, wish in enumerate(wishes):
        progress(number, steps, wish.name)
        key = f"{job.parameters['run']}-{number + 1}"
        lines.append(_made(job, wish, key, now=progress.now))
    _look_over(job, [line.key for line in lines if line.key], progress)
    progress(steps, steps, _("Done"))
    count = sum(1 for line in lines if line.key)
    said = ngettext("%(n)s draft was made.", "%(n)s drafts were made.", count) % {"n": count}
    return {"message": said, "made": count, "lines": [asdict(line) for line in lines]}


def _look_over(job: Job, keys: list[str], progress: jobs.Progress) -> None:
    """Measure them, and give lists their pictures; without a Chromium the checks say so."""
    rows = Version.objects.filter(creative__site=job.site, creative__key__in=keys, number=1)
    versions = list(rows.select_related("creative__site").prefetch_related("copies"))
    if chromium.found() is None or not versions:
        return
    try:
        drawing.look_over(versions, progress=progress)
    except Unavailable as problem:
        _log.warning("generated banners were not measured: %s", problem)


def _made(job: Job, wish: Wish, key: str, *, now: dt.datetime) -> Line:
    site = job.site
    if wish.refused or site is None:
        return Line(wish.name, wish.product, "", wish.refused)
    if Creative.objects.filter(site=site, key=key).exists():
        return Line(wish.name, wish.product, key, "")
    try:
        creative = studio.compose(
            site,
            key=key,
            name=wish.name[: library.NAME_LENGTH],
            design=wish.design,
            palette=wish.palette,
            slots=wish.slots,
            landing_url=wish.landing_url,
            image=pictures.chosen(site, wish.image),
            product=site.products.filter(sku=wish.product).first() if wish.product else None,
            levels=wish.levels,
            drawn=False,
            actor=job.created_by,
            now=now,
        )
    except LabError as problem:
        return Line(wish.name, wish.product, "", f"{problem} {problem.hint or ''}".strip())
    return Line(wish.name, wish.product, creative.key, "")
