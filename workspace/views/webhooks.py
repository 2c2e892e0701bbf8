"""Settings, Webhooks: whom to tell, with what secret, and what came of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from engine.errors import LabError
from workspace import delivering, webhooks
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Delivery, Webhook
from workspace.webhook_forms import WebhookForm

PAGE_SIZE = 25
MOST = 20
UNPROCESSABLE = 422


@site_page(Permission.ADMINISTER)
def index(request: SiteRequest) -> HttpResponse:
    """All webhooks, and a form for a new one."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := _added(request, form)):
        messages.success(request, _("It is told from now on. Try it with a test."))
        return redirect("workspace:webhook", request.site.key, made.pk)
    waiting = Count("deliveries", filter=Q(deliveries__status=Delivery.Status.WAITING))
    context = {
        "form": form,
        "hooks": request.site.webhooks.annotate(waiting=waiting),
        "titles": webhooks.known(),
        "tab": "webhooks",
    }
    return render(request, "workspace/settings_webhooks.html", context, status=_status(form))


def _added(request: SiteRequest, form: WebhookForm) -> Webhook | None:
    values, now = form.cleaned_data, timezone.now()
    if request.site.webhooks.count() >= MOST:
        form.add_error(None, _("At most %(n)s webhooks.") % {"n": MOST})
        return None
    try:
        return webhooks.add(
            request.site,
            url=values["url"],
            events=values["events"],
            actor=request.user,
            now=now,
        )
    except LabError as problem:
        form.add_error("url", _said(problem))
        return None


@never_cache
@site_page(Permission.ADMINISTER)
def one(request: SiteRequest, pk: int) -> HttpResponse:
    """One webhook: its address, its secret, its deliveries."""
    hook = _hook(request, pk)
    form = WebhookForm(request.POST or None, initial={"url": hook.url, "events": hook.events})
    if request.method == "POST" and form.is_valid() and _changed(request, hook, form):
        messages.success(request, _("The webhook is changed."))
        return redirect("workspace:webhook", request.site.key, pk)
    rows = hook.deliveries.order_by("-created_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"hook": hook, "form": form, "page": page, "tab": "webhooks"}
    return render(request, "workspace/settings_webhook.html", context, status=_status(form))


def _changed(request: SiteRequest, hook: Webhook, form: WebhookForm) -> bool:
    values = form.cleaned_data
    try:
        webhooks.change(
            hook,
            url=values["url"],
            events=values["events"],
            actor=request.user,
            now=timezone.now(),
        )
    except LabError as problem:
        form.add_error("url", _said(problem))
        return False
    return True


@require_POST
@site_page(Permission.ADMINISTER)
def act(request: SiteRequest, pk: int) -> HttpResponse:
    """On, off, another secret, gone."""
    hook, now, actor = _hook(request, pk), timezone.now(), request.user
    if "remove" in request.POST:
        webhooks.remove(hook, actor=actor, now=now)
        messages.success(request, _("The webhook is removed."))
        return redirect("workspace:webhooks", request.site.key)
    if "secret" in request.POST:
        webhooks.renew_secret(hook, actor=actor, now=now)
        messages.success(request, _("The secret is a new one. The old one signs nothing any more."))
    else:
        webhooks.switch(hook, on="on" in request.POST, actor=actor, now=now)
        text = _("The webhook is on.") if "on" in request.POST else _("The webhook is off.")
        messages.success(request, text)
    return redirect("workspace:webhook", request.site.key, pk)


@require_POST
@site_page(Permission.ADMINISTER)
def test(request: SiteRequest, pk: int) -> HttpResponse:
    """Send a message that only tries the address, at once."""
    hook, now = _hook(request, pk), timezone.now()
    _tell(request, delivering.attempt(webhooks.a_test(hook, now=now).pk, now=now))
    return redirect("workspace:webhook", request.site.key, pk)


@require_POST
@site_page(Permission.ADMINISTER)
def again(request: SiteRequest, pk: int, delivery: int) -> HttpResponse:
    """Send a message once more, under its old id."""
    found = get_object_or_404(Delivery, pk=delivery, webhook=_hook(request, pk))
    _tell(request, delivering.again(found, now=timezone.now()))
    return redirect("workspace:webhook", request.site.key, pk)


def _tell(request: SiteRequest, delivery: Delivery | None) -> None:
    if delivery is None:
        messages.info(request, _("It is being sent at this moment."))
    elif delivery.error:
        messages.error(request, _("It was not taken: %(why)s") % {"why": delivery.error})
    else:
        messages.success(request, _("It was taken (%(n)s).") % {"n": delivery.answer})


def _hook(request: SiteRequest, pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.select_related("site"), pk=pk, site=request.site)


def _said(problem: LabError) -> str:
    return f"{problem} {problem.hint}" if problem.hint else str(problem)


def _status(form: WebhookForm) -> int:
    return UNPROCESSABLE if form.errors else 200
