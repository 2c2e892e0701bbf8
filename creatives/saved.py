"""Filters of the wall that somebody wants to see again: a person's own, and of one site."""

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from engine.errors import InvalidInput
from workspace.models import SavedView, Site

PAGE = "creatives"
MOST = 30
QUERY_LENGTH = 1000


def of(site: Site, user: User) -> QuerySet[SavedView]:
    """The views of a person, by name."""
    return SavedView.objects.filter(site=site, user=user, page=PAGE)


def keep(site: Site, user: User, *, name: str, query: str) -> SavedView:
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
    view, _made = mine.update_or_create(
        site=site, user=user, page=PAGE, name=name, defaults={"query": query}
    )
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


def remove(site: Site, user: User, *, pk: int) -> None:
    """Delete a view of one's own; somebody else's stays."""
    of(site, user).filter(pk=pk).delete()
