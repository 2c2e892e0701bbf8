"""Filters of the wall that somebody wants to see again: a person's own, and of one site.

A view that was changed or deleted can be taken back by whose it is.
"""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from engine.errors import Conflict, InvalidInput, NotAllowed
from workspace import audit, undoing
from workspace.models import AuditEntry, SavedView, Site

PAGE = "creatives"
MOST = 30
QUERY_LENGTH = 1000


def of(site: Site, user: User) -> QuerySet[SavedView]:
    """The views of a person, by name."""
    return SavedView.objects.filter(site=site, user=user, page=PAGE)


@transaction.atomic
def keep(site: Site, user: User, *, name: str, query: str, now: dt.datetime) -> SavedView:
    """Keep filters under a name; the same name again is changed. Raises InvalidInput."""
    name, query = " ".join(name.split()), clean(query)
    if not query:
        raise InvalidInput(_("Filter first: there is nothing to keep yet."))
    if not name:
        raise InvalidInput(_("Give the view a name."), field="name")
    if len(query) > QUERY_LENGTH:
        raise InvalidInput(_("These filters are too long to keep."))
    mine = of(site, user)
    if mine.count() >= MOST and not mine.filter(name=name).exists():
        raise InvalidInput(_("You have %(n)s views already: delete one first.") % {"n": MOST})
    known = mine.filter(name=name).first()
    before = audit.state_of(known) if known else None
    view = known or SavedView(site=site, user=user, page=PAGE, name=name)
    view.query = query
    view.save()
    _record(view, "change" if known else "create", before, audit.state_of(view), now=now)
    return view


def clean(query: str) -> str:
    """The filters of an address without empty ones and without the page number."""
    found = QueryDict(query, mutable=True)
    for name in list(found):
        values = [value for value in found.getlist(name) if value]
        if name == "page" or not values:
            del found[name]
        else:
            found.setlist(name, values)
    return found.urlencode()


@transaction.atomic
def remove(site: Site, user: User, *, pk: int, now: dt.datetime) -> None:
    """Delete a view of one's own; somebody else's stays."""
    view = of(site, user).filter(pk=pk).first()
    if view is not None:
        _record(view, "delete", audit.state_of(view), None, now=now)
        view.delete()


def bring_back(entry: AuditEntry, actor: AbstractBaseUser, now: dt.datetime) -> models.Model:
    """A deleted view under its name; raises NotAllowed, Conflict, or InvalidInput when it is one
    too many."""
    before, user = undoing.before_of(entry), _owner(entry, actor)
    site = Site.objects.get(pk=before["site"])
    if of(site, user).filter(name=before["name"]).exists():
        raise Conflict(_("You have kept another view under this name meanwhile."))
    return keep(site, user, name=before["name"], query=before["query"], now=now)


def as_before(entry: AuditEntry, actor: AbstractBaseUser, now: dt.datetime) -> models.Model:
    """The filters that a view had; raises NotAllowed or Conflict."""
    before, user = undoing.before_of(entry), _owner(entry, actor)
    view = SavedView.objects.filter(user=user, pk=before["id"]).first()
    if view is None:
        raise Conflict(undoing.GONE)
    undoing.check_unchanged(entry, audit.state_of(view))
    return keep(view.site, user, name=view.name, query=before["query"], now=now)


def _owner(entry: AuditEntry, actor: AbstractBaseUser) -> User:
    """Whose view it was, if that is who asks; raises NotAllowed."""
    if not isinstance(actor, User) or (entry.before or {}).get("user") != actor.pk:
        raise NotAllowed(_("A saved view belongs to one person, who alone can take it back."))
    return actor


def _record(
    view: SavedView,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    *,
    now: dt.datetime,
) -> None:
    audit.record(
        site=view.site,
        actor=view.user,
        action=action,
        subject=view,
        before=before,
        after=after,
        now=now,
    )
