"""A site with one of everything, and everybody who may come to its doors."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.test import Client
from django.utils import timezone

from creatives.models import Comment, Product
from experiments.imports import drafts
from experiments.models import PlanTemplate, ShareLink, TestUnit
from tests.factories import a_creative, a_placement, a_segment, a_site, a_user, an_experiment
from workspace import audit, keys
from workspace.models import (
    ApiKey,
    Delivery,
    Job,
    Role,
    SavedView,
    Site,
    Webhook,
    new_secret,
)

IDENTITIES: Final = (
    "nobody", "publishable", "read", "write", "expired", "revoked",
    "analyst", "marketer", "manager", "administrator", "stranger", "deactivated",
)  # fmt: skip
"""Keys by what they may, people by their role; the stranger administers another site."""
PEOPLE: Final = IDENTITIES[6:]


@dataclass(frozen=True, slots=True)
class World:
    """The site, a client for each identity, and what stands for each parameter of an address."""

    site: Site
    clients: Mapping[str, Client]
    values: Mapping[str, Any]
    """By parameter, or by `segment/parameter` where the part of the address before it decides."""


def a_world() -> World:
    """Everything once, in a test database."""
    now = timezone.now()
    site, other = a_site(), a_site("other")
    people = {role: a_user(role, role=role, site=site) for role in Role.values}
    stranger = a_user("stranger", role=Role.ADMINISTRATOR, site=other)
    gone = a_user("deactivated", role=Role.ADMINISTRATOR, site=site)
    clients = {name: _person(person) for name, person in people.items()}
    clients |= {"nobody": Client(), "stranger": _person(stranger), "deactivated": _person(gone)}
    gone.is_active = False
    gone.save()
    clients |= _keys(site, now)
    return World(site, clients, things_of(site, people[Role.MARKETER], now))


def _person(person: Any) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def _keys(site: Site, now: dt.datetime) -> dict[str, Client]:
    kinds: dict[str, dict[str, Any]] = {
        "publishable": {"kind": "publishable"},
        "read": {"kind": "secret", "scope": ApiKey.Scope.READ},
        "write": {"kind": "secret"},
        "expired": {"kind": "secret", "expires_at": now - dt.timedelta(days=1)},
        "revoked": {"kind": "secret"},
    }
    clients = {}
    for name, wish in kinds.items():
        key, text = keys.create(site, name=name, actor=None, now=now, **wish)
        if name == "revoked":
            keys.revoke(key, actor=None, now=now)
        clients[name] = Client(headers={"Authorization": f"Bearer {text}"})
    return clients


def things_of(site: Site, mei: Any, now: dt.datetime, mark: str = "") -> dict[str, Any]:
    """One of everything on a site; `mark` sets its keys apart from another site's."""
    creative = a_creative(site, f"Hero{mark}")
    version = creative.versions.get()
    placement = a_placement(site, f"home{mark}", fallback=creative)
    experiment = an_experiment(site, f"spring{mark}", placement=placement)
    variant = experiment.variants.first()
    segment = a_segment(site, f"visitors{mark}", "visits", "at_least", 2)
    job = Job.objects.create(
        site=site, kind="creatives.take_in", created_by=mei, parameters={"files": []}
    )
    hook = Webhook.objects.create(
        site=site, url="https://hooks.example/", events=[], secret=new_secret()
    )
    draft = drafts.keep(site, "old.csv", b"experiment,variant\nx,a\n", actor=mei, now=now)
    entry = audit.record(site=site, actor=mei, action="edit", subject=site, now=now)
    return {
        "site": site.key,
        "experiments/key": experiment.key,
        "creatives/key": creative.key,
        "review/key": creative.key,
        "placements/key": placement.key,
        "audiences/key": segment.key,
        "segments/key": segment.key,
        "number": 1,
        "variant": variant.key,
        "plan/slug": "goal",
        "design": "split",
        "locale": "en",
        "form": "csv",
        "name": "withdraw",
        "templates/pk": PlanTemplate.objects.create(site=site, name="One", plan={}).pk,
        "import/pk": draft.pk,
        "testing/pk": (
            tester := TestUnit.objects.create(
                experiment=experiment, variant=variant, pseudonym="5a" * 16, label="me"
            )
        ).pk,
        "test-visitors/pk": tester.pk,
        "links/pk": _link(experiment, mei, now),
        "share-links/pk": ShareLink.objects.get(experiment=experiment).pk,
        "views/pk": SavedView.objects.create(site=site, user=mei, name="Mine", page="wall").pk,
        "several/pk": job.pk,
        "comments/pk": (
            comment := Comment.objects.create(version=version, author=mei, text="?", at=now)
        ).pk,
        "comment": comment.pk,
        "sku": Product.objects.create(
            site=site,
            sku=f"kettle{mark}",
            title="Kettle",
            price=1,
            currency="CNY",
            url="https://shop.example/kettle",
            updated_at=now,
        ).sku,
        "keys/pk": site.api_keys.filter(revoked_at=None).first().pk,
        "api-keys/pk": site.api_keys.filter(revoked_at=None).first().pk,
        "people/pk": site.memberships.get(role=Role.ANALYST).pk,
        "members/pk": site.memberships.get(role=Role.ANALYST).pk,
        "webhooks/pk": hook.pk,
        "delivery": Delivery.objects.create(
            webhook=hook, type="test", body="{}", created_at=now
        ).pk,
        "jobs/pk": job.pk,
        "audit/pk": entry.pk,
    }


def _link(experiment: Any, mei: Any, now: dt.datetime) -> int:
    row = ShareLink.objects.create(
        experiment=experiment,
        secret_hash=hashlib.sha256(experiment.key.encode()).hexdigest(),
        hint="x",
        created_by=mei,
        created_at=now,
        expires_at=now + dt.timedelta(days=1),
    )
    return int(row.pk)
