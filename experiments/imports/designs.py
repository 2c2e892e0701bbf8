"""The experiment that an import stands for: found by its key, or made with what the file tells.

Numbers are reserved first and the rows are written last: an experiment's row holds the lock that
everybody waits for who changes anything live, and loading a large file takes a while.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from django.db import connection, models
from django.utils.translation import gettext as _

from engine.assignment import allocation
from engine.errors import Conflict, InvalidInput
from experiments.models import Experiment, Status, Variant
from workspace.models import Site

MOST_DAYS: Final = 365
LONGEST_NAME: Final = 150
_DAY: Final = dt.timedelta(days=1)
_NOT_IN_KEYS = re.compile(r"[^a-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Arm:
    """A variant of the file: its text there, and its number here."""

    text: str
    key: str
    id: int
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Goal:
    """What the test was made to find out."""

    primary: str = Experiment.Metric.CTR
    mde: Decimal | None = None
    mde_kind: str = Experiment.MdeKind.RELATIVE
    days: int | None = None


def reserve(model: type[models.Model], number: int) -> list[int]:
    """Numbers for rows that will be written later; nobody else gets them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [row[0] for row in cursor.fetchall()]


def key_of(text: str) -> str:
    """A key for a text: itself where it is one, else what fits and a piece of its hash.

    Example:
        >>> key_of("gate_30"), key_of("Gate 30!")
        ('gate_30', 'gate-30-77d1b1')
    """
    slug = _NOT_IN_KEYS.sub("-", text.lower()).strip("-_")[:57]
    if slug == text and slug:
        return slug
    return f"{slug or 'x'}-{sha256(text.encode()).hexdigest()[:6]}"[:64]


def find(site: Site, key: str, *, origin: str) -> Experiment | None:
    """The experiment that an earlier import has made.

    Raises:
        Conflict: The key belongs to an experiment of another origin.
    """
    row = Experiment.objects.filter(site=site, key=key).first()
    if row is not None and row.origin != origin:
        raise Conflict(
            _("“%(key)s” is an experiment that did not come from such a file.") % {"key": key},
            hint=_("Choose another key with --experiment."),
        )
    return row


def known_arms(row: Experiment, texts: Sequence[str]) -> tuple[Arm, ...]:
    """The variants of an experiment that is there already.

    Raises:
        Conflict: The file has one more.
    """
    variants = {variant.key: variant for variant in row.variants.all()}
    strange = [text for text in texts if key_of(text) not in variants]
    if strange:
        raise Conflict(
            _("The experiment “%(key)s” has no variant %(names)s.")
            % {"key": row.key, "names": ", ".join(strange)},
            hint=_("Load this file under another key."),
        )
    found = [(text, variants[key_of(text)]) for text in texts]
    return tuple(Arm(text, v.key, v.pk, v.weight) for text, v in found)


def new_arms(texts: Sequence[str], *, control: str, weights: dict[str, int]) -> tuple[Arm, ...]:
    """Variants for a new experiment, the control first, the others by name.

    Raises:
        InvalidInput: Fewer than two, or a control or weight of a variant that the file lacks.
    """
    if len(texts) < 2:  # noqa: PLR2004 - a comparison needs two
        raise InvalidInput(
            _("The file has one variant only: %(names)s.") % {"names": ", ".join(texts)},
            hint=_("Choose the column with --map variant=…"),
        )
    for name in [*weights, *([control] if control else [])]:
        if name not in texts:
            raise InvalidInput(
                _("There is no variant “%(name)s” in the file; there are %(there)s.")
                % {"name": name, "there": ", ".join(sorted(texts))}
            )
    first = control or ("control" if "control" in texts else min(texts))
    ordered = [first, *sorted(text for text in texts if text != first)]
    numbers = reserve(Variant, len(ordered))
    return tuple(
        Arm(text, key_of(text), number, weights.get(text, 1))
        for text, number in zip(ordered, numbers, strict=True)
    )


def new_experiment(
    number: int,
    *,
    site: Site,
    key: str,
    name: str,
    goal: Goal,
    origin: str,
    unit: str,
    span: tuple[dt.datetime, dt.datetime],
) -> Experiment:
    """A finished experiment; the caller writes it."""
    first, last = span
    whole = -((first - last) // _DAY)
    return Experiment(
        pk=number,
        site=site,
        key=key,
        name=name[:LONGEST_NAME],
        origin=origin,
        unit=unit,
        status=Status.STOPPED,
        primary_metric=goal.primary,
        mde=goal.mde,
        mde_kind=goal.mde_kind,
        planned_days=goal.days or max(1, min(whole, MOST_DAYS)),
        started_at=first,
        stopped_at=last,
    )


def new_variants(experiment_id: int, arms: Sequence[Arm]) -> list[Variant]:
    """The rows of the arms, with the ranges that visitors would have been split by."""
    ranges = allocation.variant_ranges([arm.weight for arm in arms])
    return [
        Variant(
            pk=arm.id,
            experiment_id=experiment_id,
            key=arm.key,
            name=arm.text[:300],
            position=position,
            weight=arm.weight,
            bucket_start=ranges[position][0],
            bucket_end=ranges[position][1],
        )
        for position, arm in enumerate(arms)
    ]
