"""A question about one visitor, put to the data plane's own functions.

What is live is compiled as it is published, the profile is read where the data plane reads it: what
a page says about a visitor is what the shop would be answered now. The id is used and forgotten.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser

from creatives.models import Placement
from delivery.answering import Answering, Asked
from delivery.callers import Caller
from delivery.index import Live, index, with_learnt
from delivery.moment import Moment, Tools
from delivery.state import PatientStore
from delivery.visitor import NOBODY, Visitor, state_key
from experiments import adaptive
from experiments.publishing import compile_snapshot
from workspace import audit
from workspace.models import Site

SHOWN = 8
"""Digits of a pseudonym in the audit log: enough to find a row, too few to find a visitor."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Everything that a decision about this visitor depends on.

    Attributes:
        live: What is live, with what has been learned.
        visitor: As a request from the shop's server would bring them, without a page.
        keeps_profiles: Whether the site knows anything of anybody.
    """

    site: Site
    live: Live
    visitor: Visitor
    keeps_profiles: bool


def now_live(*, now: dt.datetime) -> Live:
    """What is live at this moment, made ready as in the data plane."""
    live = index(compile_snapshot(now=now), version=0, as_of=now.timestamp())
    return with_learnt(live, adaptive.published())


def look(
    placement: Placement,
    unit: str,
    *,
    session: str = "",
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    store: PatientStore | None = None,
) -> Inquiry:
    """Look a visitor up; a look at a profile is recorded, by the pseudonym's beginning."""
    live, site = now_live(now=now), placement.site
    asked = Asked([], user_id=unit, session_id=session or None)
    caller = Caller(live.sites[site.pk], secret=True)
    moment = Moment(live, now.timestamp(), _tools())
    answering = Answering.of(live, caller, moment, asked, personal=True)
    known, keeps = NOBODY, caller.site.profiles
    if keeps:
        _record(placement, answering.pseudonym, actor=actor, now=now)
        known = (store or _store()).read(state_key(site.pk, answering.pseudonym))
    return Inquiry(site, live, answering.visitor(known), keeps_profiles=keeps)


def _record(
    placement: Placement, pseudonym: bytes, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    audit.record(
        site=placement.site,
        actor=actor,
        action="view_profile",
        subject=placement,
        after={"visitor": pseudonym.hex()[:SHOWN]},
        now=now,
    )


@cache
def _store() -> PatientStore:
    return PatientStore(settings.CONFIG.state_url)


@cache
def _tools() -> Tools:
    return Tools.of(settings.CONFIG)
