"""Many banners at once: variants of a design, and one for each product of the feed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from creatives import contact
from creatives.designs import DESIGNS, find
from creatives.feed_form import BannersForm, FeedForm, PicturesForm
from creatives.forms import say
from creatives.generate_form import GenerateForm
from creatives.generating import drawn, feed, from_feed, generators, making
from creatives.studio_form import offered_pictures
from engine.errors import LabError, NotFound
from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Job

UNPROCESSABLE = 422
SHOWN_PRODUCTS = 50
LONGEST_ID = 18


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.EDIT)
def generate(request: SiteRequest, design: str) -> HttpResponse:
    """Options, pairs that may not meet, what comes of it, and then the drafts."""
    kind = find(design)
    if kind is None or kind.moves:  # several pictures are chosen together, by people
        raise NotFound(_("There is no such design."))
    if request.method != "POST":
        form = GenerateForm(site=request.site, design=kind)
        return _generate_page(request, form, checked=False)
    form = GenerateForm(request.POST, site=request.site, design=kind)
    good, action = form.is_valid(), request.POST.get("action")
    if action == "suggest":
        return _suggested(request, form)
    if not good:
        return _generate_page(request, form, checked=True, status=UNPROCESSABLE)
    if action != "generate":
        return _generate_page(request, form, checked=True)
    job = making.ask(
        request.site,
        form.wishes(),
        name=form.cleaned_data["name"],
        actor=request.user,
        now=timezone.now(),
    )
    return redirect(
        f"{reverse('creatives:generate', args=[request.site.key, design])}?job={job.pk}"
    )


def _suggested(request: SiteRequest, form: GenerateForm) -> HttpResponse:
    """The same form with headlines that the product's facts or a generator suggest."""
    data = request.POST.copy()
    problem = ""
    try:
        suggested = form.suggest()
        problem = "" if suggested else _("Choose the product first.")
        for name, lines in suggested.items():
            data[name] = "\n".join(filter(None, [data.get(name, "").strip(), lines]))
    except LabError as error:
        problem = say(error)
    again = GenerateForm(data, site=request.site, design=form.design)
    again.is_valid()
    return _generate_page(request, again, checked=False, problem=problem)


def _generate_page(
    request: SiteRequest, form: GenerateForm, *, checked: bool, problem: str = "", status: int = 200
) -> HttpResponse:
    good = checked and form.is_bound and form.is_valid()
    words = str(form.data.get("picture_words", ""))[:100]
    chosen = form.chosen
    offered = offered_pictures(request.site, words, None) if form.design.image else []
    shown = {version.pk for version in chosen}
    context: dict[str, Any] = {
        "form": form,
        "design": form.design,
        "problem": problem,
        "pictures": [*chosen, *(v for v in offered if v.pk not in shown)],
        "chosen": shown,
        "palettes": form.palettes_now(),
        "sheet": contact.sheet(form, request.POST) if good else None,
        **_job(request),
    }
    return render(request, "creatives/studio/generate.html", context, status=status)


def _job(request: SiteRequest) -> dict[str, Any]:
    """The job in the address, with its report."""
    wanted = request.GET.get("job", "")
    rows = Job.objects.filter(site=request.site, kind__in=[making.KIND, drawn.KIND])
    known = wanted.isdecimal() and len(wanted) <= LONGEST_ID
    job = rows.filter(pk=wanted).first() if known else None
    lines = (job.result or {}).get("lines", []) if job else []
    return {"job": job, "lines": lines, "workers": jobs.workers(now=timezone.now())}


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.EDIT)
def products(request: SiteRequest) -> HttpResponse:
    """Bring the feed in, then make a banner for each product."""
    action = request.POST.get("action")
    if request.method == "POST" and action in ASKING:
        return ASKING[action](request)
    if request.method != "POST":
        return _feed_page(request, FeedForm())
    form, report = FeedForm(request.POST, request.FILES), None
    if form.is_valid():
        try:
            data = form.cleaned_data["feed"].read(feed.MOST_BYTES + 1)
            report = feed.take(request.site, data, actor=request.user, now=timezone.now())
        except LabError as problem:
            form.add_error("feed", say(problem))
    status = 200 if report else UNPROCESSABLE
    return _feed_page(request, form, report=report, status=status)


def _banners(request: SiteRequest) -> HttpResponse:
    form = BannersForm(request.POST, site=request.site)
    if not form.is_valid():
        return _feed_page(request, FeedForm(), form, status=UNPROCESSABLE)
    try:
        job = making.ask(
            request.site,
            from_feed.wishes(request.site, form.products(), form.manner()),
            name=_("Products"),
            actor=request.user,
            now=timezone.now(),
        )
    except LabError as problem:
        form.add_error(None, say(problem))
        return _feed_page(request, FeedForm(), form, status=UNPROCESSABLE)
    return redirect(f"{reverse('creatives:feed', args=[request.site.key])}?job={job.pk}")


def _pictures(request: SiteRequest) -> HttpResponse:
    form = PicturesForm(request.POST, site=request.site)
    if not form.is_valid():
        return _feed_page(request, FeedForm(), drawn_form=form, status=UNPROCESSABLE)
    chosen = form.cleaned_data
    job = drawn.ask(
        request.site,
        chosen["source"],
        chosen["product"],
        actor=request.user,
        now=timezone.now(),
    )
    return redirect(f"{reverse('creatives:feed', args=[request.site.key])}?job={job.pk}")


ASKING = {"banners": _banners, "pictures": _pictures}


def _feed_page(
    request: SiteRequest,
    form: FeedForm,
    banners: BannersForm | None = None,
    *,
    drawn_form: PicturesForm | None = None,
    report: feed.Report | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = request.site.products.all()
    context = {
        "form": form,
        "banners": banners or BannersForm(site=request.site),
        "drawn": drawn_form or PicturesForm(site=request.site),
        "generators": generators.found(),
        "report": report,
        "counts": _counts(report) if report else [],
        "products": rows[:SHOWN_PRODUCTS],
        "total": rows.count(),
        "designs": [design for design in DESIGNS if from_feed.fits_feed(design)],
        **_job(request),
    }
    return render(request, "creatives/studio/feed.html", context, status=status)


def _counts(report: feed.Report) -> list[tuple[str, int]]:
    names = {
        "made": _("new"),
        "changed": _("changed"),
        "same": _("unchanged"),
        "refused": _("refused"),
    }
    return [(name, report.count(state)) for state, name in names.items()]
