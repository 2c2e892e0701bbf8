"""New and edit: the plan on one page, with what follows from it beside."""

from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import Conflict, IllegalMove, InvalidInput, LabError, NotFound
from experiments import (
    design,
    forms,
    gallery,
    outlook,
    planning,
    policy_forms,
    rule_forms,
    variant_forms,
    watching,
)
from experiments.models import Experiment, Status
from experiments.policy_forms import PolicyForm
from experiments.rule_forms import OwnRule
from experiments.views.finding import find_plan
from experiments.watched_forms import WatchedForm
from workspace import undoing
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE, CONFLICT = 422, 409
RESHAPES = {"add", "remove", "find", "add-rule", "remove-rule"}


@dataclass(frozen=True, slots=True)
class Filled:
    """All forms of the page, as typed or as saved."""

    form: forms.PlanForm
    rows: variant_forms.Variants
    policy: PolicyForm
    watched: WatchedForm
    rule: OwnRule

    def is_valid(self) -> bool:
        """All of them are asked, so that every mistake is said at once."""
        first = self.form.is_valid() & self.rows.is_valid()
        return first & self.policy.is_valid() & self.watched.is_valid() & self.rule.is_valid()

    def quiet(self) -> None:
        for part in (self.form, self.rows, self.policy, self.watched, self.rule):
            part.quiet()

    def values(self) -> dict[str, Any]:
        """What fits of what has been typed so far."""
        outlook.valid(self.form)
        return (
            self.form.values()
            | outlook.valid(self.policy)
            | {
                "variants": outlook.typed_variants(self.rows),
                "targeting": self.rule.typed(),
                "watched": self._watched(),
            }
        )

    def _watched(self) -> tuple[watching.WatchPlan, ...] | None:
        outlook.valid(self.watched)
        return self.watched.plans(primary=self.form.cleaned_data.get("primary_metric", ""))

    def refuse(self, error: LabError) -> None:
        """Show what the use-case refused beside the field it names."""
        part: Form = self.policy if error.field in OF_POLICY else self.form
        part.add_error(error.field if error.field in part.fields else None, str(error))


OF_POLICY = {"policy", "exploration_share", "rules"}


@site_page(Permission.EDIT)
def new(request: SiteRequest) -> HttpResponse:
    """Design an experiment from nothing."""
    return _page(request, None)


@site_page(Permission.EDIT)
def edit(request: SiteRequest, key: str) -> HttpResponse:
    """Change a draft; what has started is fixed."""
    experiment = find_plan(request.site, key)
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
        view = _outlook(request, experiment, _filled(request, request.POST))
        return render(request, "experiments/_outlook.html", {"outlook": view})
    data = _reshape(request.POST)
    return _saved(request, experiment) if data is None else _reshaped(request, experiment, data)


def _outlook(
    request: SiteRequest, experiment: Experiment | None, filled: Filled
) -> outlook.Outlook:
    return outlook.of(request.site, filled.values(), now=timezone.now(), saved=experiment)


def _empty(request: SiteRequest, experiment: Experiment | None) -> HttpResponse:
    site = request.site
    blank = experiment or Experiment(site=site, placement=wanted_placement(request), mde=5)
    plan = planning.of(experiment) if experiment else None
    start = forms.plan_initial(blank, plan.also_on if plan else ())
    form = forms.PlanForm(initial=start | ({} if plan else {"revision": None}), site=site)
    rows = variant_forms.rows_of(
        site,
        initial=variant_forms.variants_initial(list(blank.variants.all()) if plan else []),
        places=form.places,
    )
    policy = PolicyForm(
        site=site,
        variants=rows.named(),
        rules=plan.rules if plan else (),
        initial=policy_forms.initial_of(blank),
    )
    watched = plan.watched if plan else watching.default(blank.primary_metric)
    rule = OwnRule(currency=site.currency, document=blank.targeting)
    filled = Filled(form, rows, policy, WatchedForm(plans=watched or ()), rule)
    values = planning.values_of(plan) if plan else _begun(blank)
    view = outlook.of(site, values, now=timezone.now(), saved=experiment)
    return _render(request, experiment, filled, view)


def _begun(blank: Experiment) -> dict[str, Any]:
    """What a plan begins with: two variants without a banner."""
    named = [design.VariantPlan(key, key.upper()) for key in variant_forms.KEYS[:2]]
    return {"placement": blank.placement, "mde": blank.mde, "variants": tuple(named)}


def wanted_placement(request: SiteRequest) -> Placement | None:
    """The one named in the address, or the only one there is."""
    placements = list(Placement.objects.filter(site=request.site)[:2])
    wanted = Placement.objects.filter(site=request.site, key=request.GET.get("placement", ""))
    return wanted.first() or (placements[0] if len(placements) == 1 else None)


def _filled(request: SiteRequest, data: QueryDict) -> Filled:
    site = request.site
    form = forms.PlanForm(data, site=site)
    rows = variant_forms.rows_of(site, data=data, places=form.places)
    policy = PolicyForm(data, site=site, variants=rows.named())
    rule = OwnRule(data, currency=site.currency)
    return Filled(form, rows, policy, WatchedForm(data), rule)


def _reshape(data: QueryDict) -> QueryDict | None:
    """A row more or less, or other pictures to choose from; None if nobody asked for that."""
    changed = policy_forms.reshaped(data) or rule_forms.reshaped(data)
    if changed is not None:
        return changed
    if "add" in data:
        return variant_forms.with_row(data)
    if str(data.get("remove", "")).isdecimal():
        return variant_forms.without_row(data, int(str(data["remove"])))
    return data if RESHAPES & data.keys() else None


def _reshaped(request: SiteRequest, experiment: Experiment | None, data: QueryDict) -> HttpResponse:
    """Shown again; nothing is saved or lost."""
    filled = _filled(request, data)
    view = _outlook(request, experiment, filled)
    filled.quiet()
    return _render(request, experiment, filled, view)


def _saved(request: SiteRequest, experiment: Experiment | None) -> HttpResponse:
    filled = _filled(request, request.POST)
    view = _outlook(request, experiment, filled)
    if not filled.is_valid():
        return _render(request, experiment, filled, view, UNPROCESSABLE)
    try:
        saved = _save(request, experiment, filled)
    except (InvalidInput, NotFound, Conflict) as error:
        filled.refuse(error)
        status = CONFLICT if isinstance(error, Conflict) else UNPROCESSABLE
        return _render(request, experiment, filled, view, status)
    undoing.tell(request, _("“%(name)s” is saved.") % {"name": saved.name})
    return redirect("experiments:design", request.site.key, saved.key)


def _save(request: SiteRequest, experiment: Experiment | None, filled: Filled) -> Experiment:
    form = filled.form
    if experiment is not None and form.cleaned_data["revision"] is not None:
        # Compare with what this person saw when the page was opened, not with what is there now.
        experiment.revision = form.cleaned_data["revision"]
    more = filled.policy.chosen() | {
        "watched": filled.watched.plans(primary=form.cleaned_data["primary_metric"]),
        "targeting": filled.rule.document(),
    }
    plan = form.plan(filled.rows.plans(), more, experiment)
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
    form, rows = filled.form, filled.rows
    search = " ".join(request.POST.get("search", "").split())
    context = {
        "experiment": experiment,
        "form": form,
        "rows": rows,
        "policy": filled.policy,
        "watched": filled.watched,
        "rule": filled.rule.rows,
        "outlook": view,
        "search": search,
        "choices": gallery.choices(
            form.site, view.experiment.placement, search=search, chosen=rows.chosen
        ),
        "room_for_more": len(rows.forms) < design.MOST_VARIANTS,
        "fewest": 2,
    }
    return render(request, "experiments/edit.html", context, status=status)
