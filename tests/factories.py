"""States for tests, made through the use-cases that people use: a test names the state it needs."""

import datetime as dt
import io
import itertools
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from PIL import Image

from audiences.models import Segment
from creatives import library, review, uploads
from creatives.models import Creative, Landing, Placement, Version
from creatives.uploads import Picture
from experiments import lifecycle
from experiments.models import Experiment, Layer, Parameters, Status, Variant
from workspace import keys
from workspace.models import ApiKey, Membership, Role, Site

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
SPRING = "https://shop.example/spring"
_numbers = itertools.count(1)


def a_user(name: str = "", *, role: Role | str | None = None, site: Site | None = None) -> User:
    """A person; with `role` and `site` a member."""
    user = get_user_model().objects.create_user(
        name or f"user{next(_numbers)}", password="pass-12345"
    )
    if site is not None:
        Membership.objects.create(site=site, user=user, role=role or Role.MARKETER)
    return user


def a_site(key: str = "shop", **fields: Any) -> Site:
    """A shop of one language, whose page for spring is there."""
    fields = {
        "name": key.title(),
        "origins": ["https://shop.example"],
        "currency": "CNY",
        "locales": ["en"],
        "launch_review": False,
    } | fields
    site, made = Site.objects.get_or_create(key=key, defaults=fields)
    if made:
        a_landing(site)
    return site


def a_landing(
    site: Site,
    url: str = SPRING,
    *,
    status: int = 200,
    at: dt.datetime | None = None,
    **fields: Any,
) -> Landing:
    """What came of a visit to a landing page, a minute ago."""
    known = {"status": status, "final_url": url, "error": ""} | fields
    known["checked_at"] = at or NOW - dt.timedelta(minutes=1)
    return Landing.objects.update_or_create(site=site, url=url, defaults=known)[0]


def a_key(site: Site, kind: str = "secret") -> tuple[ApiKey, str]:
    """An API key and its text."""
    return keys.create(site, name=f"{kind} key", kind=kind, actor=None, now=NOW)


def a_picture(width: int = 1200, height: int = 400, color: str = "teal", fmt: str = "PNG") -> bytes:
    """The bytes of a real picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, fmt)
    return out.getvalue()


@cache
def _accepted(width: int, height: int, color: str) -> Picture:
    """Decoded once: most tests want a banner, not a decoder."""
    return uploads.accept(a_picture(width, height, color=color))


def a_creative(
    site: Site,
    name: str = "",
    *,
    color: str = "teal",
    size: tuple[int, int] = (1200, 400),
    approved: bool = True,
) -> Creative:
    """A creative of one version, which visitors see unless it is not `approved`."""
    name = name or f"Banner {next(_numbers)}"
    creative = library.create(
        site,
        name=name,
        alt=f"{name}: everything for spring",
        alts={locale: f"{name} ({locale})" for locale in site.locales[1:]},
        landing_url=SPRING,
        upload=_accepted(*size, color),
        filename="banner.png",
        actor=None,
        now=NOW,
    )
    if approved:
        _show(creative)
    return creative


def _show(creative: Creative) -> None:
    """As `approve` leaves it, without the checks, the audit and the jobs of the way there."""
    version = creative.versions.get()
    version.status = Version.Status.APPROVED
    version.submitted_at = version.reviewed_at = NOW
    version.save(update_fields=["status", "submitted_at", "reviewed_at"])
    creative.live = version
    creative.save(update_fields=["live"])


def approve(creative: Creative, *, at: dt.datetime = NOW) -> Version:
    """Bring the newest version before visitors, as two people would."""
    version = review.submit(creative.versions.latest("number"), actor=None, now=at)
    version = review.approve(version, actor=None, now=at)
    creative.refresh_from_db()
    return version


def a_placement(site: Site, key: str = "home-hero", **fields: Any) -> Placement:
    if "fallback" not in fields:
        fields["fallback"] = a_creative(site, f"Default of {key}", color="gray")
    defaults = {"name": key, "width": 1200, "height": 400, "layer": key}
    return Placement.objects.get_or_create(site=site, key=key, defaults=defaults | fields)[0]


def an_experiment(
    site: Site | None = None,
    key: str = "",
    *,
    status: Status | str = Status.DRAFT,
    variants: int = 2,
    placement: Placement | None = None,
    at: dt.datetime = NOW,
    **fields: Any,
) -> Experiment:
    """An experiment brought to `status` by the moves that a person would make."""
    site = site or a_site()
    key = key or f"test-{next(_numbers)}"
    placement = placement or a_placement(site)
    Layer.objects.get_or_create(site=site, key=placement.layer)
    defaults = {
        "name": key,
        "hypothesis": "A warmer picture brings more clicks.",
        "planned_days": 14,
    }
    experiment = Experiment.objects.create(
        site=site, key=key, placement=placement, **(defaults | fields)
    )
    for position in range(variants):
        letter = "abcdefghijklmn"[position]
        Variant.objects.create(
            experiment=experiment,
            key=letter,
            name=f"Variant {letter.upper()}",
            position=position,
            creative=a_creative(site, f"{key} {letter}"),
        )
    _bring_to(experiment, Status(status), at)
    experiment.refresh_from_db()
    return experiment


def a_segment(site: Site, key: str, feature: str, op: str, value: object) -> Segment:
    """A segment of one condition; its name is its key."""
    rule = {"all": [{"feature": feature, "op": op, "value": value}]}
    return Segment.objects.create(site=site, key=key, name=key, rule=rule)


def some_parameters(
    experiment: Experiment, widths: Sequence[int], *, at: dt.datetime = NOW
) -> Parameters:
    """What a learning experiment may have learned: whole buckets per variant, in order."""
    keys = [str(variant.pk) for variant in experiment.variants.all()]
    return Parameters.objects.create(
        experiment=experiment,
        phase=experiment.phase,
        widths=dict(zip(keys, widths, strict=True)),
        evidence={key: {"trials": 0, "successes": 0, "best": 0.0} for key in keys},
        created_at=at,
    )


def _bring_to(experiment: Experiment, status: Status, at: dt.datetime) -> None:
    before_start = {
        Status.DRAFT: lambda: None,
        Status.IN_REVIEW: lambda: lifecycle.submit(experiment, actor=None, now=at),
        Status.SCHEDULED: lambda: lifecycle.schedule(
            experiment, actor=None, now=at, starts_at=at + dt.timedelta(days=1)
        ),
        Status.ARCHIVED: lambda: lifecycle.archive(experiment, actor=None, now=at),
    }
    if status in before_start:
        before_start[status]()
        return
    lifecycle.start(experiment, actor=None, now=at)
    if status is Status.PAUSED:
        lifecycle.pause(experiment, actor=None, now=at)
    if status in {Status.STOPPED, Status.DECIDED}:
        lifecycle.stop(experiment, actor=None, now=at)
    if status is Status.DECIDED:
        lifecycle.decide(experiment, variant_key="b", reason="B is better.", actor=None, now=at)
