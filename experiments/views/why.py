"""Why did this visitor get that banner? One page for a placement, one tab for an experiment."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from creatives.models import Placement
from experiments import explanation, inquiry
from experiments.explanation import Explanation
from experiments.inquiry import Inquiry
from experiments.models import Experiment
from experiments.views.detail import frame
from experiments.views.finding import find
from experiments.visitor_forms import VisitorForm, WhyForm
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE = 422


@sensitive_post_parameters("visitor", "session")
@site_page(Permission.VIEW)
def why(request: SiteRequest) -> HttpResponse:
    """A placement and an id, posted: the decision as a story."""
    asking = request.method != "POST"
    initial = _wanted(request) if asking else {}
    form = WhyForm(_posted(request), site=request.site, initial=initial)
    explained = None
    if form.is_valid():
        placement = form.cleaned_data["placement"]
        explained = explanation.on_placement(_look(request, placement, form), placement)
    context = {
        "form": form,
        "explained": explained,
        "none": asking and not Placement.objects.filter(site=request.site).exists(),
    }
    return render(request, "experiments/why.html", context, status=_status(form))


@sensitive_post_parameters("visitor", "session")
@site_page(Permission.VIEW)
def visitors(request: SiteRequest, key: str) -> HttpResponse:
    """The same within one experiment."""
    experiment = find(request.site, key)
    form = VisitorForm(_posted(request))
    explained = _explained(request, experiment, form) if form.is_valid() else None
    context = frame(request, experiment, "visitors") | {"form": form, "explained": explained}
    return render(request, "experiments/visitors.html", context, status=_status(form))


def _explained(request: SiteRequest, experiment: Experiment, form: VisitorForm) -> Explanation:
    if experiment.placement is None:
        return explanation.never(experiment)
    asked = _look(request, experiment.placement, form)
    return explanation.in_experiment(asked, experiment)


def _look(request: SiteRequest, placement: Placement, form: VisitorForm) -> Inquiry:
    data = form.cleaned_data
    return inquiry.look(
        placement,
        data["visitor"],
        session=data["session"],
        actor=request.user,
        now=timezone.now(),
    )


def _posted(request: SiteRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _wanted(request: SiteRequest) -> dict[str, str]:
    """A page may link here with its placement; the only one there is need not be chosen."""
    keys = Placement.objects.filter(site=request.site).values_list("key", flat=True)[:2]
    only = keys[0] if len(keys) == 1 else ""
    return {"placement": request.GET.get("placement", only)}


def _status(form: VisitorForm) -> int:
    return UNPROCESSABLE if form.is_bound and form.errors else 200
