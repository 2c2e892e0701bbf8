"""Ctrl+K: one field that finds experiments, banners, placements, audiences, pages and actions.

What is found is what the person could also have reached through the menu; a part of a word is
enough, which is how Chinese is searched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from workspace import access
from workspace.access import Permission
from workspace.models import Site
from workspace.shell import ENTRIES

LONGEST: Final = 100
MOST: Final = 6
"""Of each kind: who needs more types another letter."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to go to."""

    href: str
    name: str
    note: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind."""

    name: str | Promise
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A kind of things with a name and a key; named by text, for it lives in a room above."""

    model: str
    address: str
    name: str | Promise
    icon: str


KEPT: Final = (
    _Kept("experiments.Experiment", "experiments:detail", _("Experiments"), "flask"),
    _Kept("creatives.Creative", "creatives:creative", _("Creatives"), "photo"),
    _Kept("creatives.Placement", "creatives:placement", _("Placements"), "layout-grid"),
    _Kept("audiences.Segment", "audiences:segment", _("Audiences"), "users"),
)
# address below the site, name, symbol, who may
ACTIONS: Final = (
    ("experiments/new/", _("New experiment"), "plus", Permission.EDIT),
    ("creatives/new/", _("Upload a banner"), "upload", Permission.EDIT),
    ("creatives/several/", _("Upload several banners"), "upload", Permission.EDIT),
    ("audiences/new/", _("New segment"), "plus", Permission.EDIT),
    ("placements/new/", _("New placement"), "plus", Permission.EDIT),
    ("settings/snippet/", _("Put it into a page"), "code", Permission.VIEW),
    ("settings/keys/", _("API keys"), "key", Permission.ADMINISTER),
    ("settings/people/", _("People"), "users", Permission.VIEW),
    ("settings/webhooks/", _("Webhooks"), "link", Permission.ADMINISTER),
    ("settings/jobs/", _("Jobs"), "clock", Permission.VIEW),
    ("rehearsal/", _("Rehearsal"), "refresh", Permission.VIEW),
)


def find(site: Site, text: str, *, role: str) -> list[Group]:
    """What fits, kind by kind; without a text the pages and actions there are."""
    text = " ".join(text.split())[:LONGEST]
    groups = [Group(_("Pages and actions"), tuple(_pages(site, text, role)))]
    if text:
        groups = [*(Group(kept.name, tuple(_kept(site, kept, text))) for kept in KEPT), *groups]
    return [group for group in groups if group.hits]


def _kept(site: Site, kept: _Kept, text: str) -> Iterator[Hit]:
    model: Any = apps.get_model(kept.model)
    rows = model.objects.filter(Q(name__icontains=text) | Q(key__icontains=text), site=site)
    for row in rows.order_by("-pk")[:MOST]:
        yield Hit(reverse(kept.address, args=[site.key, row.key]), row.name, _note(row), kept.icon)


def _note(row: models.Model) -> str:
    """How it stands, where it has a status; its key otherwise."""
    word = getattr(row, "get_status_display", None)
    return str(word()) if word else str(getattr(row, "key", ""))


def _pages(site: Site, text: str, role: str) -> Iterator[Hit]:
    root = reverse("experiments:home", args=[site.key])
    every = [(part, name, icon, Permission.VIEW) for part, name, icon in ENTRIES]
    for part, name, icon, permission in (*every, *ACTIONS):
        if access.allows(role, permission) and _is_called(name, text):
            yield Hit(root + part, str(name), "", icon)


def _is_called(name: str | Promise, text: str) -> bool:
    """In the language of the page or in English, which people type out of habit."""
    with override("en"):
        english = str(name)
    return text.casefold() in str(name).casefold() or text.casefold() in english.casefold()
