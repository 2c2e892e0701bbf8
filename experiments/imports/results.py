"""Load tests of which only totals exist as finished experiments, with a report each.

Of impressions and clicks nobody knows the visitors: every impression is taken as a unit of its own,
and the reports say so. Where counts, means and variances of visitors are known, the visitor is it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engine.errors import Conflict
from events import store
from events.models import Import
from experiments.imports import designs, measures, visitor_totals
from experiments.imports.measures import Measures
from experiments.imports.source import Source
from experiments.imports.table import Table
from experiments.imports.totals import Row, Test, Totals
from experiments.imports.visitor_totals import VisitorTotals
from experiments.imports.wishes import Progress, ResultsImport, ResultsLoaded
from experiments.models import Experiment, Report, Variant
from experiments.reports import refresh
from workspace import audit

KIND: Final = "results"
PHASE: Final = 1
REPORTS: Final = 50
"""Reports computed between two signs of progress."""

_MIDNIGHT: Final = dt.time(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """A test that was loaded before: its experiment and the variants' numbers by their keys."""

    row: Experiment
    variants: dict[str, int]


@dataclass(slots=True)
class Plan:
    """What is to be written: totals of all tests, and rows of the new ones."""

    totals: dict[store.Phase, list[store.Totals]]
    experiments: list[Experiment]
    variants: list[Variant]


def load(wanted: ResultsImport, *, now: dt.datetime, progress: Progress) -> ResultsLoaded:
    """Check the file, write its tests in one transaction, and make their reports.

    A test that is there already gets the totals of the file.

    Raises:
        BadFile: The file cannot be imported as it is; nothing was written.
        Conflict: An experiment is there and does not fit.
    """
    source = Source(wanted.path)
    table = Table(source, delimiter=wanted.delimiter, each=wanted.each)
    totals = reader_of(wanted, table)
    tests = totals.tests(lambda: progress(_("checking"), source.share))
    progress(_("checking"), 1.0)
    known = _known(wanted, tests)
    plan = _plan(wanted, tests, known)
    try:
        with transaction.atomic():
            loaded, stale = _write(wanted, source, totals, plan, now=now)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody else imports these tests right now."),
            hint=_("Try again when that import is done."),
        ) from error
    _report(stale, now=now, progress=progress)
    return loaded


def reader_of(wanted: ResultsImport, table: Table) -> Totals:
    """What reads the rows of this file, by the columns that it has."""
    if measures.asked(wanted.columns):
        return Measures(wanted, table)
    if visitor_totals.asked(wanted.columns):
        return VisitorTotals(wanted, table)
    return Totals(wanted, table)


def key_of(test: Test) -> str:
    """The key of a test's experiment."""
    return designs.key_of(test.text)


def check_known(wanted: ResultsImport, tests: Sequence[Test]) -> None:
    """Raises Conflict for a test that is there already and does not fit."""
    _known(wanted, tests)


def _known(wanted: ResultsImport, tests: Sequence[Test]) -> dict[str, Known]:
    keys = {key_of(test): test for test in tests}
    rows = Experiment.objects.filter(site=wanted.site, key__in=keys).prefetch_related("variants")
    found = {row.key: Known(row, {v.key: v.pk for v in row.variants.all()}) for row in rows}
    for key, one in found.items():
        _refuse_misfit(keys[key], one)
    return found


def _refuse_misfit(test: Test, known: Known) -> None:
    if known.row.origin != Experiment.Origin.RESULTS:
        raise Conflict(
            _("“%(key)s” is an experiment that did not come from such a file.")
            % {"key": known.row.key}
        )
    if set(known.variants) != set(_keys_of(test)):
        raise Conflict(
            _("The test %(key)s is there with other variants.") % {"key": known.row.key},
            hint=_("A file must hold all variants of a test."),
        )


def _keys_of(test: Test) -> list[str]:
    return [
        designs.key_of(row.variant) if row.variant else f"v{place}"
        for place, row in enumerate(test.rows, start=1)
    ]


def _plan(wanted: ResultsImport, tests: Sequence[Test], known: dict[str, Known]) -> Plan:
    plan = Plan({}, [], [])
    new = [test for test in tests if key_of(test) not in known]
    numbers = iter(designs.reserve(Experiment, len(new)))
    arms = iter(designs.reserve(Variant, sum(len(test.rows) for test in new)))
    for test in tests:
        keys = _keys_of(test)
        before = known.get(key_of(test))
        if before:
            number, ids = before.row.pk, [before.variants[key] for key in keys]
        else:
            number, ids = next(numbers), [next(arms) for _row in test.rows]
            plan.experiments.append(_experiment(number, wanted, test))
            plan.variants += _variants(number, test, keys, ids)
        plan.totals[number, PHASE] = [
            _totals(number_of_arm, row) for number_of_arm, row in zip(ids, test.rows, strict=True)
        ]
    return plan


def _totals(variant_id: int, row: Row) -> store.Totals:
    return store.Totals(variant_id, row.day, row.arm)


def _experiment(number: int, wanted: ResultsImport, test: Test) -> Experiment:
    days = [row.day for row in test.rows]
    span = (
        dt.datetime.combine(min(days), _MIDNIGHT),
        dt.datetime.combine(max(days), _MIDNIGHT) + test.length,
    )
    title = test.title
    return designs.new_experiment(
        number,
        site=wanted.site,
        key=key_of(test),
        name=title if len(title) <= designs.LONGEST_NAME else title[:149] + "…",
        goal=test.goal,
        origin=Experiment.Origin.RESULTS,
        unit=test.unit,
        span=span,
    )


def _variants(number: int, test: Test, keys: list[str], ids: list[int]) -> list[Variant]:
    arms = [
        designs.Arm(row.name or key, key, arm_id)
        for row, key, arm_id in zip(test.rows, keys, ids, strict=True)
    ]
    return designs.new_variants(number, arms)


def _write(
    wanted: ResultsImport, source: Source, totals: Totals, plan: Plan, *, now: dt.datetime
) -> tuple[ResultsLoaded, list[int]]:
    """Everything but the reports; the experiments whose report is out of date."""
    changed = {number for number, _phase in store.put_totals_of(plan.totals)}
    Experiment.objects.bulk_create(plan.experiments, batch_size=500)
    Variant.objects.bulk_create(plan.variants, batch_size=2_000)
    new = {row.pk for row in plan.experiments}
    loaded = ResultsLoaded(
        summary=totals.summary,
        tests=len(plan.totals),
        variants=sum(map(len, plan.totals.values())),
        added=len(new),
        changed=len(changed - new),
    )
    entry = _entry(wanted, source, loaded, now=now)
    audit.record(
        site=wanted.site,
        actor=wanted.actor,
        action="import",
        subject=entry,
        after=audit.state_of(entry),
        now=now,
    )
    return loaded, sorted(changed | _without_report({number for number, _p in plan.totals}))


def _without_report(experiments: set[int]) -> set[int]:
    done = Report.objects.filter(experiment_id__in=experiments, payload__isnull=False)
    return experiments - set(done.values_list("experiment_id", flat=True))


def _entry(
    wanted: ResultsImport, source: Source, loaded: ResultsLoaded, *, now: dt.datetime
) -> Import:
    counts = {"tests": loaded.tests, "added": loaded.added, "changed": loaded.changed}
    return Import.objects.create(
        site=wanted.site,
        kind=KIND,
        created_by=wanted.actor,
        name=wanted.path.name[:255],
        sha256=source.sha256(),
        mapping={"columns": dict(wanted.columns)},
        summary=loaded.summary.as_json() | counts,
        status=Import.Status.DONE,
        started_at=now,
        finished_at=now,
    )


def _report(experiments: Sequence[int], *, now: dt.datetime, progress: Progress) -> None:
    """A report each, by the same analysis as every other; there is nothing to roll up."""
    for start in range(0, len(experiments), REPORTS):
        part = Experiment.objects.filter(pk__in=experiments[start : start + REPORTS])
        refresh.refresh_many(part, now=now, rolled=True)
        progress(_("reports"), min(start + REPORTS, len(experiments)) / len(experiments))
