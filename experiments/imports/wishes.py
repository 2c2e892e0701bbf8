"""What an import is asked for, and what it answers."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from django.contrib.auth.models import User

from experiments.imports.cells import Clock
from experiments.imports.designs import Goal
from experiments.imports.summary import Summary
from experiments.imports.visits import Reading
from experiments.models import Experiment, Report
from workspace.models import Site

Progress: TypeAlias = Callable[[str, float], None]
"""Called with the name of a step and how much of it is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class EventsImport:
    """What is to be loaded, and as what. Without an experiment only the site's own events are."""

    path: Path
    site: Site
    experiment: str
    reading: Reading
    name: str = ""
    control: str = ""
    weights: dict[str, int] = field(default_factory=dict)
    goal: Goal = field(default_factory=Goal)
    delimiter: str | None = None
    each: str = ""


@dataclass(frozen=True, slots=True)
class ResultsImport:
    """Tests of which only totals exist. `time_default` is the day of tests that name none.

    `metrics` says which metric of the product a metric of the file is; an empty one is left out.
    """

    path: Path
    site: Site
    columns: Mapping[str, str]
    clock: Clock
    metrics: Mapping[str, str] = field(default_factory=dict)
    time_default: dt.datetime | None = None
    delimiter: str | None = None
    each: str = ""
    actor: User | None = None


@dataclass(frozen=True, slots=True)
class ResultsLoaded:
    """What became of an import of totals, in tests."""

    summary: Summary
    tests: int
    variants: int
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first reading found: everything that must be known before anything is written."""

    sha256: str
    summary: Summary
    variants: tuple[str, ...]
    span: tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of an import. `added` events are new, `known` ones were there already."""

    summary: Summary
    added: int
    known: int
    experiment: Experiment | None = None
    report: Report | None = None
    delayed: bool = False
