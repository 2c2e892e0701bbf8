"""Many files at once: a job decodes one after the other into drafts, and says what became of each.

Repeated after a lost worker it makes no banner twice.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creatives import aside, cutting, library, uploads
from creatives.models import Creative
from engine.errors import LabError
from workspace import jobs
from workspace.models import Job, Site

KIND: Final = "creatives.take_in"
MOST: Final = 60
"""One request carries them: 300 MB at most."""


def ask(
    site: Site,
    files: "Iterable[UploadedFile[bytes]]",
    *,
    actor: AbstractBaseUser,
    now: dt.datetime,
) -> Job:
    """Put the files aside and have them taken in."""
    aside.tidy(now=now)
    kept = [
        {
            "aside": aside.put(file.chunks(), most=uploads.MAX_BYTES + 1),
            "name": uploads.plain_name(file.name or ""),
        }
        for file in files
    ]
    return jobs.enqueue(KIND, site=site, parameters={"files": kept}, actor=actor, now=now)


@jobs.register(KIND, title=gettext_lazy("Files taken in"))
def take_in(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """A draft for every good file; the result has a row for each file."""
    files, rows = job.parameters["files"], []
    for done, file in enumerate(files):
        progress(done, len(files), _("Reading %(name)s") % {"name": file["name"]})
        rows.append(_row(job, file, now=progress.now))
    progress(len(files), len(files))
    for file in files:
        aside.drop(file["aside"])
    made = sum(bool(row["creative"]) for row in rows)
    text = ngettext("%(n)s banner is made.", "%(n)s banners are made.", made)
    return {"message": text % {"n": made}, "rows": rows}


def _row(job: Job, file: Mapping[str, str], *, now: dt.datetime) -> dict[str, str]:
    name = file["name"]
    try:
        return {"name": name, "creative": _made(job, file, now=now).key, "refused": ""}
    except LabError as problem:
        said = f"{problem} {problem.hint}" if problem.hint else str(problem)
        return {"name": name, "creative": "", "refused": said}


def _made(job: Job, file: Mapping[str, str], *, now: dt.datetime) -> Creative:
    """The draft of a file; the one that is there, if it was made before the worker was lost."""
    data = aside.read(file["aside"])
    if data is None:
        raise LabError(_("The file is not here any more."), hint=_("Choose it again."))
    assert job.site is not None  # noqa: S101 - nobody asks for it without one
    before = Creative.objects.filter(
        site=job.site,
        created_by=job.created_by,
        created_at__gte=job.created_at,
        versions__original_name=file["name"],
        versions__original_sha256=hashlib.sha256(data).hexdigest(),
    ).first()
    if before:
        return before
    made = library.take_in(
        job.site,
        name=name_of(file["name"]),
        upload=data,
        filename=file["name"],
        actor=job.created_by,
        now=now,
    )
    cutting.ask_where_it_fits(made.versions.get(), actor=job.created_by, now=now)
    return made


def name_of(filename: str) -> str:
    """A name for people from that of a file."""
    words = PurePath(filename).stem.replace("_", " ").replace("-", " ").split()
    return " ".join(words)[: library.NAME_LENGTH].capitalize() or _("Banner")
