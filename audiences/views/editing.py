"""New and edit: the rule as rows, with its sentence and its size beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from audiences import examples, forms, preview, rows, segments, sentences
from audiences.models import Segment
from audiences.views.lines import line_of, rule_of
from engine.assignment import targeting
from engine.errors import Conflict, InvalidInput
from workspace import two_tabs, undoing
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE, CONFLICT = 422, 409
SAMPLED = 5_000
"""Profiles asked at every change while somebody types."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The two halves of the form."""

    form: forms.SegmentForm
    conditions: forms.Conditions


@site_page(Permission.EDIT)
def new(request: SiteRequest) -> HttpResponse:
    """Describe visitors from nothing."""
    return _page(request, None)


@site_page(Permission.EDIT)
def edit(request: SiteRequest, key: str) -> HttpResponse:
    """Change a segment; experiments that use it follow."""
    return _page(request, get_object_or_404(segments.of(request.site), key=key))


def _page(request: SiteRequest, segment: Segment | None) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, segment, _saved_state(request, segment))
    if request.GET.get("part") == "preview":
        context = _beside(request, segment, _filled(request, segment, request.POST).conditions)
        return render(request, "audiences/_preview.html", context)
    if rows.BUTTONS & request.POST.keys():
        return _reshaped(request, segment)
    return _saved(request, segment)


def _saved_state(request: SiteRequest, segment: Segment | None) -> Filled:
    initial = {"name": segment.name} if segment else {}
    form = forms.SegmentForm(initial=initial, is_new=segment is None)
    rule, currency = rule_of(segment) if segment else None, request.site.currency
    start: Sequence[Mapping[str, str]] = [{}]
    if rule is not None:
        start = forms.initial_of(rule, currency=currency)
    elif segment is None:
        start = examples.ROWS.get(request.GET.get("example", ""), start)
    return Filled(form, forms.conditions(currency=currency, initial=start))


def _filled(request: SiteRequest, segment: Segment | None, data: QueryDict) -> Filled:
    form = forms.SegmentForm(data, is_new=segment is None)
    return Filled(form, forms.conditions(currency=request.site.currency, data=data))


def _reshaped(request: SiteRequest, segment: Segment | None) -> HttpResponse:
    """A condition more or less, or other operators to choose from; nothing is saved or lost."""
    data: QueryDict = rows.reshaped(request.POST) or request.POST
    filled = _filled(request, segment, data)
    context = _beside(request, segment, filled.conditions)
    filled.form.quiet()
    filled.conditions.quiet()
    if "refresh" in data:
        filled.conditions.keep_values()
    return _shown(request, segment, filled, context=context)


def _state(segment: Segment) -> dict[str, two_tabs.Seen]:
    """What is stored, for whoever opened the page before somebody else changed it."""
    rule, currency = rule_of(segment), segment.site.currency
    said = sentences.of(rule, currency=currency) if rule else ""
    return {
        "name": two_tabs.Seen(_("Name"), segment.name, segment.name),
        "rule": two_tabs.Seen(_("Rule"), segment.rule, said),
    }


def _saved(request: SiteRequest, segment: Segment | None) -> HttpResponse:
    if segment and (different := two_tabs.conflict(request, _state(segment))):
        return different
    filled = _filled(request, segment, request.POST)
    if not (filled.form.is_valid() & filled.conditions.is_valid()):
        return _shown(request, segment, filled, UNPROCESSABLE)
    try:
        saved = _save(request, segment, filled)
    except (InvalidInput, Conflict) as problem:
        known = problem.field if problem.field in filled.form.fields else None
        filled.form.add_error(
            known, " ".join(filter(None, [str(problem), str(problem.hint or "")]))
        )
        status = CONFLICT if isinstance(problem, Conflict) else UNPROCESSABLE
        return _shown(request, segment, filled, status)
    undoing.tell(request, _("“%(name)s” is saved.") % {"name": saved.name})
    return redirect("audiences:segment", request.site.key, saved.key)


def _save(request: SiteRequest, segment: Segment | None, filled: Filled) -> Segment:
    data, rule = filled.form.cleaned_data, filled.conditions.document()
    common: dict[str, Any] = {"rule": rule, "actor": request.user, "now": timezone.now()}
    if segment is not None:
        return segments.change(segment, name=data["name"], **common)
    return segments.create(request.site, name=data["name"], key=data["key"], **common)


def _beside(
    request: SiteRequest, segment: Segment | None, conditions: forms.Conditions
) -> dict[str, Any]:
    """The sentence and the size of what has been typed; neither while something is missing."""
    found = preview.sample(request.site.pk, most=SAMPLED)
    line = line_of(_rule(segment, conditions), request.site, found)
    return {"seen": preview.seen_values(found), "line": line}


def _rule(segment: Segment | None, conditions: forms.Conditions) -> targeting.Rule | None:
    if not conditions.is_bound:
        return rule_of(segment) if segment else None
    try:
        return targeting.read(conditions.document()) if conditions.is_valid() else None
    except InvalidInput:
        return None


def _shown(
    request: SiteRequest,
    segment: Segment | None,
    filled: Filled,
    status: int = 200,
    *,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    context = _beside(request, segment, filled.conditions) if context is None else context
    context |= {
        "segment": segment,
        "stored": _state(segment) if segment else None,
        "examples": examples.LABELS if segment is None and request.method == "GET" else (),
        "form": filled.form,
        "rows": filled.conditions,
    }
    return render(request, "audiences/edit.html", context, status=status)
