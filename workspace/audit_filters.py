"""What to look for in the audit log; every filter is in the address."""

import datetime as dt
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Final

from django import forms
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from workspace import audit_words
from workspace.models import AuditEntry, Site

Entries = QuerySet[AuditEntry]
NOT_FILTERS: Final = ("older", "page")


def _capitalised(kind: str) -> str:
    return str(capfirst(audit_words.kind_word(kind)))


class AuditFilter(forms.Form):
    """Everything may be left out."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    who = forms.ChoiceField(label=_("Who"), required=False)
    action = forms.ChoiceField(label=_("Action"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    request = forms.CharField(label=_("Number of the request"), required=False, max_length=64)

    def __init__(self, data: QueryDict, *, site: Site) -> None:
        super().__init__(data)
        self.site = site
        rows = AuditEntry.objects.filter(site=site).order_by()
        # In one reading of the log: it is the dearest part of the page.
        known = set(rows.values_list("actor_name", "action", "object_type").distinct())
        self._offer("who", {who for who, _action, _kind in known}, str)
        self._offer("action", {action for _who, action, _kind in known}, audit_words.action_word)
        self._offer("kind", {kind for _who, _action, kind in known}, _capitalised)

    def _offer(self, name: str, known: set[str], word: Callable[[str], str]) -> None:
        choices = sorted(((value, word(value)) for value in known), key=lambda one: one[1])
        self.fields[name].choices = [("", "—"), *choices]  # type: ignore[attr-defined]

    @property
    def is_used(self) -> bool:
        """Whether anything is filtered."""
        return self.is_valid() and any(self.cleaned_data.values())

    def apply(self, entries: Entries) -> Entries:
        """Only what fits; what cannot be used is said beside its field and finds nothing."""
        if not self.is_valid():
            return entries.none()
        wanted = self.cleaned_data
        exact = {"who": "actor_name", "action": "action", "kind": "object_type"} | {
            "request": "request_id"
        }
        found = {column: wanted[name] for name, column in exact.items() if wanted[name]}
        entries = _between(entries.filter(**found), wanted["since"], wanted["until"])
        text = wanted["q"]
        return _saying(entries, text) if text else entries


def _saying(entries: Entries, text: str) -> Entries:
    """In the key, the reason, or whatever was or became; in any language."""
    entries = entries.alias(was=Cast("before", TextField()), became=Cast("after", TextField()))
    places = ("object_key", "reason", "was", "became")
    found = [Q(**{f"{place}__icontains": text}) for place in places]
    return entries.filter(reduce(or_, found))


def _between(entries: Entries, since: dt.date | None, until: dt.date | None) -> Entries:
    if since:
        entries = entries.filter(at__gte=_midnight(since))
    if until:
        entries = entries.filter(at__lt=_midnight(until + dt.timedelta(days=1)))
    return entries


def _midnight(day: dt.date) -> dt.datetime:
    """The start of a day in the site's zone, which `site_page` has made the current one."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def query_of(data: QueryDict) -> str:
    """The filters alone, for addresses that show or take the same rows."""
    kept = data.copy()
    for name in NOT_FILTERS:
        kept.pop(name, None)
    return kept.urlencode()
