"""The job: an uploaded file of old tests becomes finished experiments."""

import datetime as dt
from dataclasses import replace
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.models import Import
from experiments.imports import drafts, results
from experiments.imports.wishes import ResultsImport, ResultsLoaded
from experiments.models import Experiment
from workspace import jobs
from workspace.models import Job

KIND: Final = "import_results"
LINKED: Final = 200
"""Experiments that the finished job links to; the list of experiments has the others."""
_STEPS: Final = 100


def ask(draft: Import, wanted: ResultsImport, *, actor: User | None, now: dt.datetime) -> Job:
    """Have it done; asked twice it is one job."""
    day = wanted.time_default
    return jobs.enqueue(
        KIND,
        site=draft.site,
        subject=draft.name[:100],
        parameters={
            "file": draft.pk,
            "columns": dict(wanted.columns),
            "day": day.date().isoformat() if day else None,
        },
        actor=actor,
        now=now,
    )


@jobs.register(KIND, title=gettext_lazy("Import of old tests"))
def load(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Load a file that waits; repeated after a lost worker it adds nothing."""
    assert job.site is not None  # noqa: S101 - see `ask`
    draft = drafts.find(job.site, job.parameters["file"])
    with drafts.opened(draft) as path:
        wanted = replace(_wanted(job, draft), path=path)
        loaded = results.load(wanted, now=job.created_at, progress=_shown(progress))
        keys = drafts.keys_of(wanted)
    draft.delete()
    progress(_STEPS, _STEPS, _("Done"))
    return {"message": _message(loaded), "sentences": loaded.summary.sentences(), "keys": keys}


def experiments_of(job: Job) -> list[Experiment]:
    """What a finished job has made or changed, as far as it is still there."""
    keys = (job.result or {}).get("keys", [])[:LINKED]
    rows = Experiment.objects.filter(site=job.site, key__in=keys)
    return sorted(rows, key=lambda row: row.name)


def _wanted(job: Job, draft: Import) -> ResultsImport:
    day = job.parameters["day"]
    return drafts.wish(
        draft,
        job.parameters["columns"],
        day=dt.date.fromisoformat(day) if day else None,
        actor=job.created_by,
        now=job.created_at,
    )


def _shown(progress: jobs.Progress) -> Any:  # noqa: ANN401 - see wishes.Progress
    def show(step: str, share: float) -> None:
        progress(round(share * (_STEPS - 1)), _STEPS, step)

    return show


def _message(loaded: ResultsLoaded) -> str:
    text = ngettext(
        "%(n)s test imported: %(added)s new, %(changed)s changed",
        "%(n)s tests imported: %(added)s new, %(changed)s changed",
        loaded.tests,
    )
    return text % {"n": loaded.tests, "added": loaded.added, "changed": loaded.changed}
