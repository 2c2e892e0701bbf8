"""The library: what have we learned?"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import Conflict, InvalidInput
from experiments import learning_forms, learnings
from experiments.learning_forms import LearningsForm
from experiments.library import cards, finished, impact, record
from experiments.library.finished import Filters
from experiments.library.record import Record
from experiments.library.search import search
from experiments.models import Experiment
from experiments.reports.names import metric_name
from experiments.views.finding import find, with_pictures
from workspace.access import Permission, SiteRequest, site_page
from workspace.sentences import together

PER_PAGE = 24
UNPROCESSABLE, CONFLICT = 422, 409


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """Cards of finished tests; search and filters are in the address."""
    filters = finished.read(request.GET)
    context = {"filters": filters} | _found(request, filters)
    if request.headers.get("HX-Target") == "cards":
        return render(request, "experiments/_library_cards.html", context)
    whole = record.of(request.site)
    context |= _track(whole, request.GET.get("metric", "")) | {
        "placements": list(Placement.objects.filter(site=request.site)),
        "imported": finished.IMPORTED,
        "outcomes": [(key, label) for key, (label, _verdicts) in finished.OUTCOMES.items()],
    }
    return render(request, "experiments/library.html", context)


def _found(request: SiteRequest, filters: Filters) -> dict[str, Any]:
    site, loose = request.site, False
    rows = finished.matching(site, filters)
    if filters.search:
        hit = search(rows, filters.search, site=site)
        ids, loose = hit.ids, hit.loose
    else:
        ids = tuple(rows.values_list("pk", flat=True))
    page = Paginator(ids, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "cards": [cards.of(row) for row in _loaded(list(page))],
        "loose": loose,
        "chips": finished.chips(site, filters),
    }


def _loaded(ids: list[int]) -> list[Experiment]:
    rows = {row.pk: row for row in with_pictures(Experiment.objects.filter(pk__in=ids))}
    return [rows[pk] for pk in ids]


def _track(whole: Record, wanted: str) -> dict[str, Any]:
    metric = wanted if wanted in whole.metrics else next(iter(whole.metrics), "")
    return {
        "record": whole,
        "usual": record.mean([one.win for one in whole.on(metric) if one.win]),
        "impact": impact.chart(whole.on(metric), metric) if metric else None,
        "metric": metric,
        "metrics": [(key, metric_name(key)) for key in whole.metrics],
    }


@site_page(Permission.EDIT)
def edit_learnings(request: SiteRequest, key: str) -> HttpResponse:
    """Write down what a finished test has taught."""
    experiment = find(request.site, key)
    learnings.require_finished(experiment)
    if request.method != "POST":
        return _ask(
            request, experiment, LearningsForm(initial=learning_forms.initial_of(experiment))
        )
    form = LearningsForm(request.POST)
    if not form.is_valid():
        return _ask(request, experiment, form, UNPROCESSABLE)
    if form.cleaned_data["revision"] is not None:
        # Compare with what this person saw when the page was opened.
        experiment.revision = form.cleaned_data["revision"]
    try:
        _keep(request, experiment, form)
    except (InvalidInput, Conflict) as error:
        form.add_error(error.field if error.field in form.fields else None, _whole(error))
        status = CONFLICT if isinstance(error, Conflict) else UNPROCESSABLE
        return _ask(request, find(request.site, key), form, status)
    messages.success(request, _("“%(name)s”: written down.") % {"name": experiment.name})
    if request.GET.get("from") == "library":
        return redirect("experiments:library", request.site.key)
    return redirect("experiments:history", request.site.key, experiment.key)


def _keep(request: SiteRequest, experiment: Experiment, form: LearningsForm) -> None:
    learnings.keep(
        experiment,
        takeaways=form.cleaned_data["takeaways"],
        tags_wanted=form.cleaned_data["tags"],
        actor=request.user,
        now=timezone.now(),
    )


def _whole(error: InvalidInput | Conflict) -> str:
    return together((error.detail, error.hint))


def _ask(
    request: SiteRequest, experiment: Experiment, form: LearningsForm, status: int = 200
) -> HttpResponse:
    context = {
        "experiment": experiment,
        "form": form,
        "from_library": request.GET.get("from") == "library",
    }
    return render(request, "experiments/learnings.html", context, status=status)
