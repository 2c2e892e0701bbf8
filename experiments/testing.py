"""Look at an experiment before and while it runs: test visitors, and links that force a variant.

Neither is ever counted. Of a test visitor only the pseudonym is kept, and a label.
"""

import datetime as dt
import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import segno
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from delivery import forcing
from delivery.index import normal_origin
from delivery.pseudonym import Pseudonyms
from delivery.reading import LONGEST_ID
from engine.errors import IllegalMove, InvalidInput, NotFound
from experiments.models import Experiment, Status, TestUnit, Variant
from workspace import audit

MOST: Final = 100
"""Test visitors of an experiment: a team, not an audience."""
LONGEST_LABEL: Final = 100
LONGEST_ADDRESS: Final = 2_000
MOST_DAYS: Final = 30
DAYS: Final = (1, 7, 30)
"""How long a link may hold."""
USUAL_DAYS: Final = 7
PARAMETER: Final = "bl_force"
SHOWN: Final = 8
"""Digits of a pseudonym on pages and in the log: enough to find a row, too few for a visitor."""
ENDED: Final = (Status.STOPPED, Status.DECIDED, Status.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Link:
    """An address that shows one variant to whoever opens it, until a moment."""

    variant: Variant
    address: str
    until: dt.datetime


def add(
    experiment: Experiment,
    *,
    visitor: str,
    variant: str,
    label: str,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> TestUnit:
    """Always give a visitor of the team one variant; `visitor` is forgotten afterwards.

    Raises:
        IllegalMove: The experiment has ended or was imported.
        InvalidInput: No id or label, one that is too long, somebody who is on the list already,
            or a list that is full.
        NotFound: There is no such variant.
    """
    _check_open(experiment)
    row = _variant(experiment, variant)
    _check(experiment, visitor, label := " ".join(label.split()))
    unit = TestUnit(experiment=experiment, variant=row, label=label)
    unit.pseudonym = _pseudonyms().of(experiment.site_id, visitor).hex()
    unit.created_by_id = actor.pk if actor else None
    try:
        with transaction.atomic():
            unit.save()
            _record(unit, "add_test_visitor", actor=actor, now=now)
    except IntegrityError as error:
        raise InvalidInput(
            _("This visitor is on the list already."),
            field="visitor",
            hint=_("Remove the entry first to give them another variant."),
        ) from error
    return unit


@transaction.atomic
def remove(unit: TestUnit, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Treat a visitor like all others again."""
    _record(unit, "remove_test_visitor", actor=actor, now=now)
    unit.delete()


def link(
    experiment: Experiment, variant: Variant, *, page: str, days: int, now: dt.datetime
) -> Link:
    """A link to a page of the shop that shows a variant for some days.

    Raises:
        IllegalMove: The experiment has ended or was imported.
        InvalidInput: The page is none of this shop, or the days are too many.
    """
    _check_open(experiment)
    if not 1 <= days <= MOST_DAYS:
        text = _("A link for testing holds for 1 to %(most)s days.") % {"most": MOST_DAYS}
        raise InvalidInput(text, field="days")
    until = now + dt.timedelta(days=days)
    token = forcing.sign(
        settings.CONFIG.token_keys,
        site_id=experiment.site_id,
        experiment_id=experiment.pk,
        variant_id=variant.pk,
        expires=until.timestamp(),
    )
    return Link(variant, _with(checked_page(experiment, page), token), until)


def checked_page(experiment: Experiment, page: str) -> str:
    """An address of the experiment's shop; raises InvalidInput for any other."""
    parts = _parts(page)
    origins = {normal_origin(one) for one in experiment.site.origins}
    if parts is None or normal_origin(f"{parts[0]}://{parts[1]}") not in origins:
        raise InvalidInput(
            _("This is no page of the shop: “%(page)s”.") % {"page": page[:100]},
            field="page",
            hint=_("Pages of these origins can be tested: %(origins)s.")
            % {"origins": ", ".join(experiment.site.origins) or "–"},
        )
    return page


def home(experiment: Experiment) -> str:
    """The first page of the shop; empty where no origin is known."""
    return next((f"{origin}/" for origin in experiment.site.origins), "")


def can_be_tested(experiment: Experiment) -> bool:
    """What has ended or ran elsewhere is shown to nobody."""
    return experiment.origin == Experiment.Origin.LIVE and experiment.status not in ENDED


def qr(address: str) -> bytes:
    """An address as a QR code, SVG."""
    out = io.BytesIO()
    code = segno.make(address, error="l", micro=False)
    code.save(out, kind="svg", scale=4, border=3, dark="#14181a", light="#ffffff")
    return out.getvalue()


def _check_open(experiment: Experiment) -> None:
    if not can_be_tested(experiment):
        raise IllegalMove(
            _("“%(name)s” is shown to nobody any more, so it cannot be tested.")
            % {"name": experiment.name},
            hint=_("Duplicate it and test the new draft."),
        )


def _variant(experiment: Experiment, key: str) -> Variant:
    row = experiment.variants.filter(key=key).first()
    if row is None:
        raise NotFound(_("There is no such variant."), field="variant")
    return row


def _check(experiment: Experiment, visitor: str, label: str) -> None:
    if not visitor or len(visitor) > LONGEST_ID or _odd(visitor):
        raise InvalidInput(
            _("A visitor's id has 1 to %(most)s characters, none of them invisible.")
            % {"most": LONGEST_ID},
            field="visitor",
        )
    if not label or len(label) > LONGEST_LABEL or _odd(label):
        raise InvalidInput(
            _("Say who it is, in at most %(most)s characters.") % {"most": LONGEST_LABEL},
            field="label",
        )
    if experiment.test_units.count() >= MOST:
        raise InvalidInput(
            _("An experiment has at most %(most)s test visitors.") % {"most": MOST},
            hint=_("Remove one, or send a link instead."),
        )


def _odd(text: str) -> bool:
    return any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def _parts(page: str) -> tuple[str, str] | None:
    """Scheme and host with port of an absolute web address; None for anything else."""
    if len(page) > LONGEST_ADDRESS or _odd(page):
        return None
    try:
        parts = urlsplit(page)
        fits = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
        return (parts.scheme, parts.netloc) if fits else None
    except ValueError:
        return None


def _with(page: str, token: str) -> str:
    """The address with the token; one that it had before gives way."""
    parts = urlsplit(page)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([*(pair for pair in pairs if pair[0] != PARAMETER), (PARAMETER, token)])
    return urlunsplit(parts._replace(query=query))


def _record(
    unit: TestUnit, action: str, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    experiment = unit.experiment
    entry = {
        "id": experiment.pk,
        "visitor": unit.pseudonym[:SHOWN],
        "label": unit.label,
        "variant": unit.variant.key,
    }
    added = action == "add_test_visitor"
    audit.record(
        site=experiment.site,
        actor=actor,
        action=action,
        subject=experiment,
        before=None if added else entry,
        after=entry if added else None,
        now=now,
    )


@cache
def _pseudonyms() -> Pseudonyms:
    return Pseudonyms(settings.CONFIG.pseudonym_keys)
