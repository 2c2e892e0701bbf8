"""What every export starts from: a report with its names and hashes."""

import datetime as dt
from dataclasses import dataclass

from django.utils.text import slugify

from experiments.models import Experiment, Report, ReportVersion
from experiments.reports.payload import ReportData


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that is taken away. `row` is the present one, or a version."""

    experiment: Experiment
    row: Report | ReportVersion
    data: ReportData
    version: ReportVersion | None
    now: dt.datetime

    def filename(self, ending: str) -> str:
        """A name that says which test, as of when: plain letters, safe in a header."""
        key = slugify(self.experiment.key) or "report"
        number = f"-v{self.version.number}" if self.version else ""
        return f"{key}{number}-{self.data.as_of:%Y-%m-%d}.{ending}"


@dataclass(frozen=True, slots=True)
class File:
    """A finished export."""

    name: str
    content_type: str
    body: bytes
