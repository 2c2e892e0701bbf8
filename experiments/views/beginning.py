"""Begin an experiment: from nothing, a template, an older one, or a test that ran elsewhere."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from creatives.models import Placement
from engine.errors import InvalidInput
from experiments import sources, starting_points, templates_of_plans
from experiments.models import Experiment, PlanTemplate
from experiments.plan_forms import BeginForm, TemplateForm
from experiments.sources import Source
from experiments.views.finding import find, with_pictures
from workspace.access import Permission, SiteRequest, site_page
from workspace.sentences import together

UNPROCESSABLE = 422
OLDER = 8
"""Experiments offered before somebody searches."""


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.EDIT)
def start(request: SiteRequest) -> HttpResponse:
    """Choose what to begin from; then its name and placement; then the new draft is edited."""
    source = sources.find(request.site, request.GET.get("from", ""))
    if source is None:
        return _choices(request)
    form = BeginForm(request.POST or None, site=request.site, source=source)
    if request.method != "POST":
        return _asked(request, source, form)
    if not form.is_valid():
        return _asked(request, source, form, UNPROCESSABLE)
    try:
        draft = _begun(request, source, form)
    except InvalidInput as error:
        _refuse(form, error)
        return _asked(request, source, form, UNPROCESSABLE)
    messages.success(request, _("“%(name)s” is a draft now. Nobody sees it yet.") % {"name": draft})
    return redirect("experiments:edit", request.site.key, draft.key)


def _begun(request: SiteRequest, source: Source, form: BeginForm) -> Experiment:
    data = form.cleaned_data
    return sources.begin(
        request.site,
        source,
        name=data["name"],
        placement=data["placement"],
        without_missing=data.get("without_missing", False),
        actor=request.user,
        now=timezone.now(),
    )


def _refuse(form: BeginForm | TemplateForm, error: InvalidInput) -> None:
    text = together((error.detail, error.hint))
    form.add_error(error.field if error.field in form.fields else None, text)


def _asked(
    request: SiteRequest, source: Source, form: BeginForm, status: int = 200
) -> HttpResponse:
    context = {
        "source": source,
        "form": form,
        "placements": Placement.objects.filter(site=request.site).exists(),
    }
    return render(request, "experiments/start_from.html", context, status=status)


def _choices(request: SiteRequest) -> HttpResponse:
    search = " ".join(request.GET.get("search", "").split())[:100]
    rows = Experiment.objects.filter(site=request.site).exclude(origin=Experiment.Origin.HOLDOUT)
    if search:
        rows = rows.filter(name__icontains=search)
    templates = PlanTemplate.objects.filter(site=request.site).select_related("site")
    context = {
        "points": starting_points.all_of(),
        "templates": [(row, templates_of_plans.missing(row)) for row in templates],
        "older": with_pictures(rows)[:OLDER],
        "search": search,
    }
    return render(request, "experiments/start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.EDIT)
def save_template(request: SiteRequest, key: str) -> HttpResponse:
    """Keep the plan of an experiment to begin others from."""
    experiment = find(request.site, key)
    form = TemplateForm(request.POST or None, initial={"name": experiment.name[:120]})
    if request.method == "POST" and form.is_valid():
        try:
            template = templates_of_plans.save(
                experiment, **form.cleaned_data, actor=request.user, now=timezone.now()
            )
        except InvalidInput as error:
            _refuse(form, error)
        else:
            text = _("“%(name)s” is a template now.") % {"name": template.name}
            messages.success(request, text)
            return redirect("experiments:begin", request.site.key)
    context = {"experiment": experiment, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "experiments/save_template.html", context, status=status)


@require_POST
@site_page(Permission.EDIT)
def delete_template(request: SiteRequest, pk: int) -> HttpResponse:
    """Drop a template."""
    template = get_object_or_404(PlanTemplate, site=request.site, pk=pk)
    templates_of_plans.delete(template, actor=request.user, now=timezone.now())
    text = _("The template “%(name)s” is deleted. Experiments begun from it stay.")
    messages.success(request, text % {"name": template.name})
    return redirect("experiments:begin", request.site.key)
