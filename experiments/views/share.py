"""Links to a report: making and taking back inside, reading outside without an account."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engine.errors import NotAllowed, NotFound
from experiments.models import ShareLink
from experiments.reports import page, sharing
from experiments.reports.share_forms import LinkForm
from experiments.views.finding import find
from workspace.access import ROLE_HINT, ROLE_LACKS, Permission, SiteRequest, site_page

UNPROCESSABLE = 422
PRIVATE = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""Nobody keeps the page or learns its address: not search engines, proxies, or where links lead."""


@never_cache
@require_http_methods(["GET", "POST"])
@site_page(Permission.VIEW)
def links(request: SiteRequest, key: str) -> HttpResponse:
    """All links to this report, and a form for another, whose address this answer shows once."""
    experiment, made = find(request.site, key), None
    allowed = sharing.may_share(request.role)
    language = translation.get_language() or "en"
    form = LinkForm(request.POST or None, experiment=experiment, initial={"language": language})
    if request.method == "POST":
        _refuse_readers(request)
        if form.is_valid():
            made = _made(request, form, key)
            form = LinkForm(experiment=experiment, initial={"language": language})
    context = {
        "experiment": experiment,
        "links": sharing.of(experiment),
        "form": form,
        "made": made,
        "allowed": allowed,
        "now": timezone.now(),
    }
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "experiments/links.html", context, status=status)


@require_POST
@site_page(Permission.VIEW)
def revoke(request: SiteRequest, key: str, pk: int) -> HttpResponse:
    """Take a link back."""
    _refuse_readers(request)
    rows = ShareLink.objects.select_related("experiment__site", "version")
    link = get_object_or_404(rows, pk=pk, experiment__key=key, experiment__site=request.site)
    sharing.revoke(link, actor=request.user, now=timezone.now())
    messages.success(request, _("The link %(hint)s no longer works.") % {"hint": f"{link.hint}…"})
    return redirect("experiments:links", request.site.key, key)


@require_safe
def shared(request: HttpRequest, secret: str) -> HttpResponse:
    """The report behind a link, for whoever has it."""
    now = timezone.now()
    try:
        link = sharing.open_link(secret, now=now)
    except NotFound as error:
        return _private(render(request, "shared_gone.html", {"detail": str(error)}, status=404))
    if request.method == "GET":
        sharing.note_opened(link, now=now)
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else link.language
    with translation.override(language), timezone.override(link.experiment.site.timezone):
        context = page.alone(link.experiment, link.version, now=now) | {"link": link}
        answer = render(request, "shared.html", context)
    answer.headers["Content-Language"] = language
    return _private(answer)


def _made(request: SiteRequest, form: LinkForm, key: str) -> str:
    """The whole address of a new link."""
    made = sharing.create(
        find(request.site, key),
        language=form.cleaned_data["language"],
        days=form.cleaned_data["days"],
        version=form.chosen,
        actor=request.user,
        now=timezone.now(),
    )
    return request.build_absolute_uri(reverse("shared", args=[made.secret]))


def _refuse_readers(request: SiteRequest) -> None:
    if not sharing.may_share(request.role):
        raise NotAllowed(ROLE_LACKS, hint=ROLE_HINT)


def _private(answer: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        answer.headers[name] = value
    return answer
