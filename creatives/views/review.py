"""What waits for review, and one version under the eyes of whoever decides."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from creatives import comments, expiring, review, review_panel, reviewing
from creatives.forms import say
from creatives.models import Comment, Creative, Version
from creatives.preflight import pages
from creatives.review_forms import CommentForm, ExpiryForm, ReasonForm, moment
from engine.errors import LabError, NotAllowed
from workspace import access
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE = 422
PAGE_SIZE = 25
APPROVE = "approve"
"""The form that approves: reasons to let a warning pass are sent with it."""


@site_page(Permission.VIEW)
def queue(request: SiteRequest) -> HttpResponse:
    """Everything that waits, the longest first."""
    page = Paginator(reviewing.queue(request.site), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [(version, reviewing.may_approve(version, request.user)) for version in page]
    context = {"lines": lines, "page": page}
    return render(request, "creatives/review_queue.html", context)


@site_page(Permission.VIEW)
def one(request: SiteRequest, key: str, number: int) -> HttpResponse:
    """May this go out?"""
    return _page(request, _version(request, key, number))


def _page(
    request: SiteRequest,
    version: Version,
    *,
    comment: CommentForm | None = None,
    reason: ReasonForm | None = None,
) -> HttpResponse:
    versions = list(version.creative.versions.all())
    now = timezone.now()
    live = version.creative.live
    panel = review_panel.of(version.creative, versions, version, person=request.user, now=now)
    context = pages.context(version, request.user, now) | {
        "creative": version.creative,
        "version": version,
        "versions": versions,
        "panel": panel,
        "before": live if live and live != version else None,
        "changes": reviewing.changes(version),
        "words": reviewing.words(version),
        "remarks": reviewing.remarks(version),
        "comment_form": comment or CommentForm(),
        "reason_form": reason or ReasonForm(),
        "next": reviewing.next_after(version, request.user),
        "previous": reviewing.previous_before(version, request.user),
        "waive_form": APPROVE if panel and panel.waits and panel.may_approve else "",
    }
    refused = bool(comment or reason) and not _is_part(request)
    status = UNPROCESSABLE if refused else 200
    return render(request, "creatives/review.html", context, status=status)


def _is_part(request: HttpRequest) -> bool:
    """htmx swaps nothing in that comes with an error's status."""
    return request.headers.get("HX-Request") == "true"


@require_POST
@site_page(Permission.REVIEW)
def decide(request: SiteRequest, key: str, number: int) -> HttpResponse:
    """Yes or no, then the next one."""
    version, form = _version(request, key, number), ReasonForm(request.POST)
    following = reviewing.next_after(version, request.user)
    if "reject" in request.POST and not form.is_valid():
        return _page(request, version, reason=form)
    try:
        _decide(request, version, form)
    except LabError as problem:
        messages.error(request, say(problem))
        return _to(request, version)
    if following is None:
        return redirect("creatives:review", request.site.key)
    return _to(request, following)


def _decide(request: SiteRequest, version: Version, form: ReasonForm) -> None:
    seen, now = moment(request.POST.get("seen", "")), timezone.now()
    words = {"n": version.number, "name": version.creative.name}
    if "reject" in request.POST:
        reason = form.cleaned_data["reason"]
        review.reject(version, reason=reason, actor=request.user, now=now, seen=seen)
        messages.success(request, _("Version %(n)s of %(name)s is rejected.") % words)
        return
    reasons = pages.waivers(request.POST.dict())
    review.approve(version, actor=request.user, now=now, seen=seen, waivers=reasons)
    text = _("Version %(n)s of %(name)s is approved: visitors see it within five seconds.")
    messages.success(request, text % words)


@require_POST
@site_page(Permission.REVIEW)
def comment(request: SiteRequest, key: str, number: int) -> HttpResponse:
    """Say something of a version, or of a part of its picture."""
    version, form = _version(request, key, number), CommentForm(request.POST)
    if not form.is_valid() or not _commented(request, version, form):
        return _page(request, version, comment=form)
    return _to(request, version, "#remarks")


def _commented(request: SiteRequest, version: Version, form: CommentForm) -> bool:
    try:
        comments.add(
            version,
            text=form.cleaned_data["text"],
            region=form.region(),
            actor=request.user,
            now=timezone.now(),
        )
    except LabError as problem:
        form.add_error(problem.field if problem.field in form.fields else None, say(problem))
        return False
    return True


@require_POST
@site_page(Permission.REVIEW)
def resolve(request: SiteRequest, key: str, number: int, pk: int) -> HttpResponse:
    """A remark is settled, or open again."""
    version = _version(request, key, number)
    found = get_object_or_404(Comment, pk=pk, version=version)
    turn = comments.reopen if found.resolved_at else comments.resolve
    turn(found, actor=request.user, now=timezone.now())
    return _to(request, version, "#remarks")


Move = Callable[..., Version]
MOVES: Mapping[str, tuple[Permission, Move, Any]] = MappingProxyType(
    {
        "submit": (
            Permission.EDIT,
            review.submit,
            gettext_lazy("Version %(n)s waits for review."),
        ),
        "recall": (
            Permission.EDIT,
            review.recall,
            gettext_lazy("Version %(n)s is a draft again."),
        ),
        "withdraw": (
            Permission.REVIEW,
            review.withdraw,
            gettext_lazy("Version %(n)s is withdrawn: in five seconds nobody sees it any more."),
        ),
        "show-again": (
            Permission.REVIEW,
            review.show_again,
            gettext_lazy("Version %(n)s is shown again within five seconds."),
        ),
    }
)


@require_POST
@site_page(Permission.VIEW)
def move(request: SiteRequest, key: str, number: int, name: str) -> HttpResponse:
    """Submit, take back, withdraw, show again."""
    if name not in MOVES:
        raise Http404
    permission, apply, done = MOVES[name]
    if not access.allows(request.role, permission):
        raise NotAllowed(access.ROLE_LACKS, hint=access.ROLE_HINT)
    version = _version(request, key, number)
    more = {"reason": request.POST.get("reason", "")} if name == "withdraw" else {}
    try:
        apply(version, actor=request.user, now=timezone.now(), **more)
        messages.success(request, done % {"n": version.number})
    except LabError as problem:
        messages.error(request, say(problem))
    answer = redirect("creatives:creative", request.site.key, key)
    answer["Location"] += f"?version={number}"
    return answer


@require_POST
@site_page(Permission.EDIT)
def expiry(request: SiteRequest, key: str) -> HttpResponse:
    """Until when it may be shown."""
    creative = get_object_or_404(Creative, site=request.site, key=key)
    form = ExpiryForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("This is not a date and time."))
        else:
            end = form.cleaned_data["expires_at"]
            expiring.set_expiry(creative, expires_at=end, actor=request.user, now=timezone.now())
            messages.success(request, _("The end is changed. It holds within five seconds."))
    except LabError as problem:
        messages.error(request, say(problem))
    return redirect("creatives:creative", request.site.key, key)


def _to(request: SiteRequest, version: Version, part: str = "") -> HttpResponse:
    args = (request.site.key, version.creative.key, version.number)
    answer = redirect("creatives:review-version", *args)
    answer["Location"] += part
    return answer


def _version(request: SiteRequest, key: str, number: int) -> Version:
    rows = Version.objects.select_related("created_by", "submitted_by", "reviewed_by")
    rows = rows.prefetch_related("renditions", "copies")
    creatives = Creative.objects.select_related("site", "live")
    creatives = creatives.prefetch_related(Prefetch("versions", rows), "live__renditions")
    creative = get_object_or_404(creatives, site=request.site, key=key)
    found = next((v for v in creative.versions.all() if v.number == number), None)
    if found is None:
        raise Http404
    found.creative = creative
    return found
