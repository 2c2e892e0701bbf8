"""Testing: who of the team gets which variant, and links that force one."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engine.errors import InvalidInput, StateError
from experiments import testing
from experiments.models import Experiment, TestUnit
from experiments.testing import Link
from experiments.testing_forms import LinkForm, TesterForm
from experiments.views.detail import frame
from experiments.views.finding import find
from workspace.access import Permission, SiteRequest, site_page
from workspace.sentences import together

UNPROCESSABLE, CONFLICT = 422, 409


@sensitive_post_parameters("visitor")
@require_http_methods(["GET", "HEAD"])
@never_cache
@site_page(Permission.EDIT)
def index(request: SiteRequest, key: str) -> HttpResponse:
    """The list of test visitors, and a link for every variant."""
    return _page(request, find(request.site, key))


@sensitive_post_parameters("visitor")
@require_POST
@site_page(Permission.EDIT)
def add(request: SiteRequest, key: str) -> HttpResponse:
    """One more test visitor."""
    experiment = find(request.site, key)
    form = TesterForm(request.POST, experiment=experiment)
    if not form.is_valid():
        return _page(request, experiment, form, UNPROCESSABLE)
    try:
        unit = testing.add(experiment, **form.cleaned_data, actor=request.user, now=timezone.now())
    except (InvalidInput, StateError) as error:
        text = together((error.detail, error.hint))
        form.add_error(error.field if error.field in form.fields else None, text)
        status = CONFLICT if isinstance(error, StateError) else UNPROCESSABLE
        return _page(request, experiment, form, status)
    text = _("%(who)s gets “%(variant)s” from now on, and is not counted.")
    messages.success(request, text % {"who": unit.label, "variant": unit.variant.name})
    return redirect("experiments:testing", request.site.key, key)


@require_POST
@site_page(Permission.EDIT)
def remove(request: SiteRequest, key: str, pk: int) -> HttpResponse:
    """One fewer."""
    experiment = find(request.site, key)
    unit = get_object_or_404(TestUnit, experiment=experiment, pk=pk)
    testing.remove(unit, actor=request.user, now=timezone.now())
    text = _("%(who)s is a visitor like all others again.") % {"who": unit.label}
    messages.success(request, text)
    return redirect("experiments:testing", request.site.key, key)


@never_cache
@require_safe
@site_page(Permission.EDIT)
def qr(request: SiteRequest, key: str, variant: str) -> HttpResponse:
    """The link of a variant as a picture that a phone reads."""
    experiment = find(request.site, key)
    links = _links(experiment, _link_form(request, experiment), now=timezone.now())
    found = next((one for one in links if one.variant.key == variant), None)
    if found is None:
        raise Http404
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(testing.qr(found.address), content_type="image/svg+xml", headers=headers)


def _page(
    request: SiteRequest,
    experiment: Experiment,
    form: TesterForm | None = None,
    status: int = 200,
) -> HttpResponse:
    links = _link_form(request, experiment)
    context = frame(request, experiment, "testing") | {
        "form": form or TesterForm(experiment=experiment),
        "units": experiment.test_units.select_related("variant", "created_by"),
        "shown_digits": testing.SHOWN,
        "open": testing.can_be_tested(experiment),
        "link_form": links,
        "links": _links(experiment, links, now=timezone.now()),
        "query": _query(links),
        "status_hint": experiment.status == "draft" and not experiment.test_units.exists(),
    }
    wrong = status if status != 200 or not links.errors else UNPROCESSABLE  # noqa: PLR2004
    return render(request, "experiments/testing.html", context, status=wrong)


def _link_form(request: SiteRequest, experiment: Experiment) -> LinkForm:
    """As asked for in the address; without that the first page of the shop, for a week."""
    home = testing.home(experiment)
    given = {"page": home, "days": str(testing.USUAL_DAYS)} if home else {}
    asked = {name: request.GET[name].strip() for name in ("page", "days") if name in request.GET}
    form = LinkForm(given | asked or None)
    if form.is_valid():
        try:
            testing.checked_page(experiment, form.cleaned_data["page"])
        except InvalidInput as error:
            form.add_error("page", f"{error.detail} {error.hint}")
    return form


def _links(experiment: Experiment, form: LinkForm, *, now: dt.datetime) -> list[Link]:
    if not form.is_bound or not form.is_valid() or not testing.can_be_tested(experiment):
        return []
    page, days = form.cleaned_data["page"], form.cleaned_data["days"]
    rows = experiment.variants.all()
    return [testing.link(experiment, row, page=page, days=days, now=now) for row in rows]


def _query(form: LinkForm) -> str:
    if not form.is_bound or not form.is_valid():
        return ""
    query = QueryDict(mutable=True)
    query.update({name: str(form.cleaned_data[name]) for name in ("page", "days")})
    return query.urlencode()
