"""The job that has a generator draw pictures for a product; taken up again it makes none twice."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creatives.generating import asking, generators
from creatives.generating.making import PREFIX, Line
from creatives.models import Creative, Product
from engine.errors import LabError, NotFound
from workspace import jobs
from workspace.models import Job, Site

KIND = "creatives.pictures"


def ask(
    site: Site, source: str, product: Product, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> Job:
    """Have the worker ask the generator named `source`; raises InvalidInput for an unknown one."""
    generators.get(source)
    run = f"{slugify(product.sku)[:PREFIX].strip('-') or 'picture'}-{now:%y%m%d%H%M%S}"
    return jobs.enqueue(
        KIND,
        site=site,
        subject=product.title[:100],
        parameters={"source": source, "product": product.pk, "run": run},
        actor=actor,
        now=now,
    )


@jobs.register(KIND, title=gettext_lazy("Pictures from a generator"))
def draw(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Keep what the generator drew as drafts; the result has a line for each."""
    product = Product.objects.filter(site=job.site, pk=job.parameters["product"]).first()
    if product is None or job.site is None:
        raise NotFound(_("This product is not there any more."))
    progress(0, 1, product.title)
    lines = [asdict(line) for line in _lines(job, job.site, product, now=progress.now)]
    progress(1, 1, _("Done"))
    count = sum(1 for line in lines if line["key"])
    said = ngettext("%(n)s draft was made.", "%(n)s drafts were made.", count) % {"n": count}
    return {"message": said, "made": count, "lines": lines}


def _lines(job: Job, site: Site, product: Product, *, now: dt.datetime) -> list[Line]:
    run = job.parameters["run"]
    made = list(Creative.objects.filter(site=site, key__startswith=f"{run}-"))
    if made:
        return [Line(row.name, product.sku, row.key, "") for row in made]
    source = job.parameters["source"]
    try:
        made = asking.pictures(site, source, product, run=run, actor=job.created_by, now=now)
    except LabError as problem:
        return [Line(product.title, product.sku, "", f"{problem} {problem.hint or ''}".strip())]
    return [Line(row.name, product.sku, row.key, "") for row in made]
