"""The page that sends simulated shoppers, for people who may edit the demo site."""

import secrets

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demo import live, simulation, worlds
from demo.models import DemoSite, Pace
from demo.tasks import SIMULATE
from demo.views import shop_page, show
from engine.errors import InvalidInput
from workspace import access, jobs
from workspace.models import Job, Site

PERCENT = 100
LARGEST_SEED = 2**31
AGAIN_SECONDS = "1"  # the shop's pages have no script that could ask for a part
UNFINISHED = (Job.Status.QUEUED, Job.Status.RUNNING)


class SimulationForm(forms.Form):
    """The declared truth. What is left empty is chosen by chance."""

    lift = forms.FloatField(
        label=_("True lift of B over A, in percent"),
        initial=round(simulation.LIFT * PERCENT),
        min_value=round(worlds.LOWEST_LIFT * PERCENT),
        max_value=int(worlds.HIGHEST_LIFT * PERCENT),
        widget=forms.NumberInput(attrs={"step": "1"}),
    )
    visitors = forms.IntegerField(
        label=_("Shoppers"),
        initial=simulation.VISITORS,
        min_value=100,
        max_value=simulation.MOST_VISITORS,
    )
    seed = forms.IntegerField(
        label=_("Seed (empty: another one every time)"),
        required=False,
        min_value=0,
        max_value=LARGEST_SEED,
    )

    def parameters(self) -> dict[str, float | int]:
        seed = self.cleaned_data["seed"]
        return {
            "lift": self.cleaned_data["lift"] / PERCENT,
            "visitors": self.cleaned_data["visitors"],
            "seed": secrets.randbelow(LARGEST_SEED) if seed is None else seed,
        }


@shop_page
@require_http_methods(["GET", "HEAD", "POST"])
def simulate(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    site = _site(request)
    running = Job.objects.filter(site=site, kind=SIMULATE, status__in=UNFINISHED).first()
    form = SimulationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (running or form.is_valid()):
        job = running or _enqueue(request, site, form)
        return redirect("demo:simulation", job.pk)
    finished = Job.objects.filter(site=site, kind=SIMULATE, status=Job.Status.DONE)[:10]
    return show(
        request,
        "demo/simulate.html",
        form=form,
        running=running,
        finished=finished,
        demo=DemoSite.objects.filter(site=site).first(),
        paces=[(pace, live.PER_MINUTE[pace]) for pace in Pace],
    )


@shop_page
@require_POST
def pace(request: HttpRequest) -> HttpResponse:
    """How many shoppers come of themselves from now on."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("demo:simulate"))
    demo = get_object_or_404(DemoSite, site=_site(request))
    wanted = request.POST.get("pace", "")
    if wanted not in Pace.values:
        raise InvalidInput(_("Choose off, calm, busy or rush."), field="pace")
    live.set_pace(demo, Pace(wanted), actor=request.user, now=timezone.now())
    return redirect("demo:simulate")


@shop_page
@require_safe
def simulation_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far the shoppers are; the page loads itself again until they are done."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    job = get_object_or_404(Job, pk=job_id, site=_site(request), kind=SIMULATE)
    unfinished = job.status in UNFINISHED
    workers = jobs.workers(now=timezone.now())
    page = show(
        request, "demo/simulation_job.html", job=job, unfinished=unfinished, workers=workers
    )
    if unfinished:
        page.headers["Refresh"] = AGAIN_SECONDS
    return page


def _site(request: HttpRequest) -> Site:
    site = get_object_or_404(Site, key=simulation.SITE)
    access.require(request.user, site, access.Permission.EDIT)
    return site


def _enqueue(request: HttpRequest, site: Site, form: SimulationForm) -> Job:
    actor = request.user if request.user.is_authenticated else None
    return jobs.enqueue(
        SIMULATE, site=site, parameters=form.parameters(), actor=actor, now=timezone.now()
    )
