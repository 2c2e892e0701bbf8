"""New and edit: the plan on one page, with what follows from it beside."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import design, forms, gallery, outlook
from experiments.models import Experiment, Status, Variant
from experiments.views.finding import find
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE, CONFLICT = 422, 409
Filled = tuple[forms.PlanForm, forms.Variants]


@site_page(Permission.EDIT)
def new(request: SiteRequest) -> HttpResponse:
    """Design an experiment from nothing."""
    return _page(request, None)


@site_page(Permission.EDIT)
def edit(request: SiteRequest, key: str) -> HttpResponse:
    """Change a draft; what has started is fixed."""
    experiment = find(request.site, key)
    if experiment.status != Status.DRAFT:
        raise IllegalMove(
            _("“%(name)s” has started: its plan is fixed.") % {"name": experiment.name},
            hint=_("Stop it and design another one, or change its traffic on the Design page."),
        )
    return _page(request, experiment)


def _page(request: SiteRequest, experiment: Experiment | None) -> HttpResponse:
    if request.method != "POST":
        return _empty(request, experiment)
    if request.GET.get("part") == "summary":
        view = outlook.of(*_filled(request, request.POST))
        return render(request, "experiments/_outlook.html", {"outlook": view})
    if {"add", "remove", "find"} & request.POST.keys():
        return _reshaped(request, experiment)
    return _saved(request, experiment)


def _empty(request: SiteRequest, experiment: Experiment | None) -> HttpResponse:
    site = request.site
    if experiment is None:
        blank = Experiment(site=site, placement=_wanted_placement(request), mde=5)
        start, variants = forms.plan_initial(blank) | {"revision": None}, []
    else:
        blank, variants = experiment, list(experiment.variants.all())
        start = forms.plan_initial(experiment)
    rows_start = forms.variants_initial(variants)
    form = forms.PlanForm(initial=start, site=site)
    rows = forms.rows_of(site, initial=rows_start)
    shown = variants or [Variant(name=row["name"]) for row in rows_start]
    return _render(request, experiment, (form, rows), outlook.of_plan(blank, shown))


def _wanted_placement(request: SiteRequest) -> Placement | None:
    """The one named in the address, or the only one there is."""
    placements = list(Placement.objects.filter(site=request.site)[:2])
    wanted = Placement.objects.filter(site=request.site, key=request.GET.get("placement", ""))
    return wanted.first() or (placements[0] if len(placements) == 1 else None)


def _filled(request: SiteRequest, data: QueryDict) -> Filled:
    form = forms.PlanForm(data, site=request.site)
    return form, forms.rows_of(request.site, data=data)


def _reshaped(request: SiteRequest, experiment: Experiment | None) -> HttpResponse:
    """A variant more or less, or other pictures to choose from; nothing is saved or lost."""
    data: QueryDict = request.POST
    if "add" in data:
        data = forms.with_row(data)
    elif str(data.get("remove", "")).isdecimal():
        data = forms.without_row(data, int(str(data["remove"])))
    form, rows = _filled(request, data)
    view = outlook.of(form, rows)
    form.quiet()
    rows.quiet()
    return _render(request, experiment, (form, rows), view)


def _saved(request: SiteRequest, experiment: Experiment | None) -> HttpResponse:
    form, rows = _filled(request, request.POST)
    if not (form.is_valid() & rows.is_valid()):
        return _render(request, experiment, (form, rows), outlook.of(form, rows), UNPROCESSABLE)
    view = outlook.of(form, rows)
    try:
        saved = _save(request, experiment, form, rows)
    except (InvalidInput, Conflict) as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        status = CONFLICT if isinstance(error, Conflict) else UNPROCESSABLE
        return _render(request, experiment, (form, rows), view, status)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
    return redirect("experiments:design", request.site.key, saved.key)


def _save(
    request: SiteRequest, experiment: Experiment | None, form: forms.PlanForm, rows: forms.Variants
) -> Experiment:
    if experiment is not None and form.cleaned_data["revision"] is not None:
        # Compare with what this person saw when the page was opened, not with what is there now.
        experiment.revision = form.cleaned_data["revision"]
    plan = form.plan(rows.plans(), experiment)
    return design.save(
        request.site,
        plan,
        actor=request.user,
        now=timezone.now(),
        experiment=experiment,
    )


def _render(
    request: HttpRequest,
    experiment: Experiment | None,
    filled: Filled,
    view: outlook.Outlook,
    status: int = 200,
) -> HttpResponse:
    form, rows = filled
    search = " ".join(request.POST.get("search", "").split())
    context = {
        "experiment": experiment,
        "form": form,
        "rows": rows,
        "outlook": view,
        "search": search,
        "choices": gallery.choices(
            form.site, view.experiment.placement, search=search, chosen=rows.chosen
        ),
        "room_for_more": len(rows.forms) < design.MOST_VARIANTS,
        "fewest": 2,
    }
    return render(request, "experiments/edit.html", context, status=status)
