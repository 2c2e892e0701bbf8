"""Load a log with a row per visit or event as a finished experiment, through the same log, roll-up
and report as live events.
"""

import datetime as dt
import time
from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from delivery import sink
from delivery.sink import Outcome, Record
from engine.errors import Conflict, InvalidInput
from events import rollup
from events.models import Import
from experiments.design import RESERVED_KEYS
from experiments.imports import designs
from experiments.imports.designs import Arm
from experiments.imports.problems import BadFile
from experiments.imports.records import Recorder, Stamp
from experiments.imports.source import Source
from experiments.imports.table import Table
from experiments.imports.visits import Reading, Visits
from experiments.imports.wishes import EventsImport, Loaded, Progress, Survey
from experiments.models import Experiment
from experiments.reports import refresh
from workspace import audit
from workspace.models import validate_key
from workspace.sentences import together

KIND: Final = "events"
BATCH: Final = 5_000
STEP: Final = 2_000
ROLLUP_ATTEMPTS: Final = 40
ROLLUP_PAUSE: Final = 0.5


def load(wanted: EventsImport, *, now: dt.datetime, progress: Progress) -> Loaded:
    """Check the file, write its events in one transaction, count them and make the report.

    Raises:
        BadFile: The file cannot be imported as it is; nothing was written.
        Conflict: The experiment is there and does not fit.
        InvalidInput: The wishes do not fit the file.
    """
    _check(wanted)
    survey = examine(wanted, progress=progress)
    try:
        with transaction.atomic():
            loaded = _write(wanted, survey, now=now, progress=progress)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody else imports “%(key)s” right now.") % {"key": wanted.experiment},
            hint=_("Try again when that import is done."),
        ) from error
    return _count(loaded, now=now, progress=progress)


def examine(wanted: EventsImport, *, progress: Progress) -> Survey:
    """Read the whole file and write nothing.

    Raises:
        BadFile: The file cannot be imported as it is.
    """
    source = Source(wanted.path)
    table = _table(wanted, source)
    visits = Visits(wanted.reading, table)
    first, last = dt.datetime.max.replace(tzinfo=dt.UTC), dt.datetime.min.replace(tzinfo=dt.UTC)
    for number, (visit, _copy) in enumerate(visits):
        first, last = min(first, visit.at), max(last, visit.at)
        if number % STEP == 0:
            progress(_("checking"), source.share)
    table.problems.raise_if_any()
    if not visits.summary.kept:
        raise BadFile(
            _("No row of the file is left to import."),
            hint=together(visits.summary.sentences()),
        )
    _check_rules(wanted.reading, visits)
    progress(_("checking"), 1.0)
    return Survey(source.sha256(), visits.summary, tuple(visits.variants), (first, last))


def _check(wanted: EventsImport) -> None:
    if wanted.experiment:
        try:
            validate_key(wanted.experiment)
        except ValidationError as error:
            raise InvalidInput(" ".join(error.messages), field="--experiment") from error
        if wanted.experiment in RESERVED_KEYS:
            raise InvalidInput(_("This key is an address of its own."), field="--experiment")
        if "variant" not in wanted.reading.columns:
            raise InvalidInput(
                _("--map must say which column holds the variant."),
                field="--map",
                hint=_("Without --experiment the events are loaded as the site's own."),
            )
    elif "variant" in wanted.reading.columns:
        raise InvalidInput(_("A variant needs --experiment KEY."), field="--experiment")


def _check_rules(reading: Reading, visits: Visits) -> None:
    """A misspelt variant in a rule would let every row of it pass."""
    for rule in reading.rules:
        strange = [name for name in rule.values if name not in visits.variants]
        if strange:
            raise InvalidInput(
                _("--require names %(names)s, but no row that is kept has this variant.")
                % {"names": ", ".join(strange)},
                field="--require",
                hint=_("Variants in the file: %(names)s")
                % {"names": ", ".join(sorted(visits.variants))},
            )


def _table(wanted: EventsImport, source: Source) -> Table:
    return Table(source, delimiter=wanted.delimiter, each=wanted.each)


def _write(wanted: EventsImport, survey: Survey, *, now: dt.datetime, progress: Progress) -> Loaded:
    known = (
        designs.find(wanted.site, wanted.experiment, origin=Experiment.Origin.EVENTS)
        if wanted.experiment
        else None
    )
    arms = _arms(wanted, survey, known)
    number = known.pk if known else _new_number(wanted)
    entry = _entry(wanted, survey, now=now)
    stamp = Stamp(
        site_id=wanted.site.pk,
        experiment_key=wanted.experiment,
        experiment_id=number,
        variant_ids={arm.text: arm.id for arm in arms},
        currency=wanted.reading.money.currency,
        received_at=now,
        source=f"import:{entry.pk}",
    )
    outcomes = _store(wanted, survey, stamp, progress=progress)
    added = outcomes[Outcome.STORED]
    row = _settle(wanted, survey, known, arms, number, now=now, added=added)
    loaded = Loaded(survey.summary, added, sum(outcomes.values()) - added, row)
    _close(entry, loaded, now=now)
    return loaded


def _arms(wanted: EventsImport, survey: Survey, known: Experiment | None) -> tuple[Arm, ...]:
    if not wanted.experiment:
        return ()
    if known is not None:
        return designs.known_arms(known, survey.variants)
    return designs.new_arms(survey.variants, control=wanted.control, weights=wanted.weights)


def _new_number(wanted: EventsImport) -> int | None:
    return designs.reserve(Experiment, 1)[0] if wanted.experiment else None


def _entry(wanted: EventsImport, survey: Survey, *, now: dt.datetime) -> Import:
    return Import.objects.create(
        site=wanted.site,
        kind=KIND,
        name=wanted.path.name[:255],
        sha256=survey.sha256,
        mapping={
            "experiment": wanted.experiment,
            "columns": dict(wanted.reading.columns),
            "rules": [str(rule) for rule in wanted.reading.rules],
        },
        started_at=now,
    )


def _store(
    wanted: EventsImport, survey: Survey, stamp: Stamp, *, progress: Progress
) -> dict[Outcome, int]:
    source = Source(wanted.path)
    records = _records(wanted, source, Recorder(stamp, settings.CONFIG.pseudonym_keys))
    outcomes = dict.fromkeys(Outcome, 0)
    connection.ensure_connection()
    while batch := list(islice(records, BATCH)):
        for outcome in sink.write(connection.connection, batch):
            outcomes[outcome] += 1
        progress(_("writing"), source.share)
    if source.sha256() != survey.sha256:
        raise BadFile(
            _("The file was changed while it was read; nothing was imported."),
            hint=_("Import it again when nobody writes to it."),
        )
    progress(_("writing"), 1.0)
    return outcomes


def _records(wanted: EventsImport, source: Source, recorder: Recorder) -> Iterator[Record]:
    table = _table(wanted, source)
    for visit, copy in Visits(wanted.reading, table):
        yield from recorder.records(visit, copy)
    table.problems.raise_if_any()


def _settle(
    wanted: EventsImport,
    survey: Survey,
    known: Experiment | None,
    arms: tuple[Arm, ...],
    number: int | None,
    *,
    now: dt.datetime,
    added: int,
) -> Experiment | None:
    """Write the experiment itself, last."""
    if number is None or (known is not None and not added):
        return known
    if known is not None:
        before = audit.state_of(known)
        known.started_at = min(filter(None, (known.started_at, survey.span[0])))
        known.stopped_at = max(filter(None, (known.stopped_at, survey.span[1])))
        known.save(update_fields=["started_at", "stopped_at"])
        _record(known, before, now=now)
        return known
    row = designs.new_experiment(
        number,
        site=wanted.site,
        key=wanted.experiment,
        name=wanted.name or wanted.experiment,
        goal=wanted.goal,
        origin=Experiment.Origin.EVENTS,
        unit=Experiment.Unit.VISITOR,
        span=survey.span,
    )
    row.save(force_insert=True)
    row.variants.bulk_create(designs.new_variants(number, arms))
    _record(row, None, now=now)
    return row


def _record(row: Experiment, before: audit.State | None, *, now: dt.datetime) -> None:
    audit.record(
        site=row.site,
        actor=None,
        action="import",
        subject=row,
        before=before,
        after=audit.state_of(row),
        now=now,
    )


def _close(entry: Import, loaded: Loaded, *, now: dt.datetime) -> None:
    entry.summary = loaded.summary.as_json() | {"added": loaded.added, "known": loaded.known}
    entry.status = Import.Status.DONE
    entry.finished_at = now
    entry.save(update_fields=["summary", "status", "finished_at"])


def _count(loaded: Loaded, *, now: dt.datetime, progress: Progress) -> Loaded:
    """Roll up and report, as for live events; a long write elsewhere makes it wait a little."""
    progress(_("counting"), 0.0)
    delayed = rollup.run(now=now).delayed
    for _attempt in range(ROLLUP_ATTEMPTS):
        if not delayed:
            break
        time.sleep(ROLLUP_PAUSE)
        delayed = rollup.run(now=now).delayed
    progress(_("counting"), 1.0)
    report = None
    if loaded.experiment is not None:
        report = refresh.refresh(loaded.experiment, now=now, rolled=True)
    return Loaded(
        loaded.summary, loaded.added, loaded.known, loaded.experiment, report, delayed=delayed
    )
