"""Settings of a site: general, keys, people, and how to embed it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from engine.errors import LabError
from workspace import access, audit, keys, log_in_links, people, sites, snippets, two_tabs
from workspace.access import Permission, SiteRequest, site_page
from workspace.forms import KeyForm, MemberForm, RoleForm, SiteForm
from workspace.models import ApiKey, Membership, Role, Site

ADMINISTRATORS = _("Only administrators of the site can change this.")


@site_page(Permission.VIEW)
def general(request: SiteRequest) -> HttpResponse:
    """Name, origins, currency, time zone; read-only for everybody but administrators."""
    site, before = request.site, audit.state_of(request.site)
    form = SiteForm(request.POST or None, instance=site)
    if request.method == "POST":
        access.require(request.user, site, Permission.ADMINISTER)
        stored = SiteForm(instance=Site.objects.get(pk=site.pk))
        if different := two_tabs.conflict(request, two_tabs.state_of(stored)):
            return different
        if form.is_valid():
            sites.change(
                form.save(commit=False), before=before, actor=request.user, now=timezone.now()
            )
            messages.success(request, _("The settings are saved."))
            return redirect("workspace:settings", site.key)
        site.refresh_from_db()  # the frame must not show what was refused
    if not access.allows(request.role, Permission.ADMINISTER):
        for field in form.fields.values():
            field.disabled = True
    return render(request, "workspace/settings_general.html", {"form": form, "tab": "general"})


@never_cache
@site_page(Permission.ADMINISTER)
def api_keys(request: SiteRequest) -> HttpResponse:
    """All keys, and a form for a new one, whose text this answer shows once."""
    form, text = KeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        _key, text = keys.create(
            request.site, actor=request.user, now=timezone.now(), **form.cleaned_data
        )
        form = KeyForm()
    return _keys_page(request, form, text)


@never_cache
@require_POST
@site_page(Permission.ADMINISTER)
def rotate_key(request: SiteRequest, pk: int) -> HttpResponse:
    """A second key like one that is there; this answer shows its text once."""
    key = get_object_or_404(ApiKey, pk=pk, site=request.site)
    _new, text = keys.rotate(key, actor=request.user, now=timezone.now())
    return _keys_page(request, KeyForm(), text)


def _keys_page(request: SiteRequest, form: KeyForm, text: str | None) -> HttpResponse:
    context = {
        "form": form,
        "text": text,
        "keys": request.site.api_keys.order_by("revoked_at", "-created_at"),
        "now": timezone.now(),
        "tab": "keys",
    }
    return render(request, "workspace/settings_keys.html", context)


@require_POST
@site_page(Permission.ADMINISTER)
def revoke_key(request: SiteRequest, pk: int) -> HttpResponse:
    """End a key."""
    key = get_object_or_404(ApiKey, pk=pk, site=request.site)
    keys.revoke(key, actor=request.user, now=timezone.now())
    messages.success(request, _("The key %(key)s no longer works.") % {"key": f"{key.prefix}…"})
    return redirect("workspace:keys", request.site.key)


@site_page(Permission.ADMINISTER)
def members(request: SiteRequest) -> HttpResponse:
    """Who belongs to the site, and a form for somebody new."""
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _added(request, form):
        return redirect("workspace:people", request.site.key)
    return _people_page(request, form)


@never_cache
@require_POST
@site_page(Permission.ADMINISTER)
def log_in_link(request: SiteRequest, pk: int) -> HttpResponse:
    """A link by which a member sets a new password; this answer shows it once."""
    member = get_object_or_404(Membership.objects.select_related("user"), pk=pk, site=request.site)
    try:
        path = log_in_links.make(member, actor=request.user, now=timezone.now())
    except LabError as problem:
        messages.error(request, f"{problem} {problem.hint or ''}")
        return redirect("workspace:people", request.site.key)
    link = request.build_absolute_uri(path)
    return _people_page(request, MemberForm(), link=link, of=member.user.get_username())


def _people_page(request: SiteRequest, form: MemberForm, **made: str) -> HttpResponse:
    members = request.site.memberships.select_related("user").order_by("user__username")
    context = {"form": form, "members": members, "roles": Role.choices, "tab": "people"} | made
    return render(request, "workspace/settings_people.html", context)


def _added(request: SiteRequest, form: MemberForm) -> bool:
    user, role = form.cleaned_data["username"], form.cleaned_data["role"]
    try:
        people.add(request.site, user=user, role=role, actor=request.user, now=timezone.now())
    except LabError as problem:
        form.add_error(problem.field, str(problem))
        return False
    messages.success(request, _("%(name)s belongs to the site now.") % {"name": user})
    return True


@require_POST
@site_page(Permission.ADMINISTER)
def change_member(request: SiteRequest, pk: int) -> HttpResponse:
    """Another role, or none any more."""
    member = get_object_or_404(Membership, pk=pk, site=request.site)
    try:
        _change(request, member)
    except LabError as problem:
        messages.error(request, f"{problem} {problem.hint or ''}")
    return redirect("workspace:people", request.site.key)


def _change(request: SiteRequest, member: Membership) -> None:
    now, name = timezone.now(), member.user.get_username()
    if "remove" in request.POST:
        people.remove(member, actor=request.user, now=now)
        messages.success(request, _("%(name)s no longer belongs to the site.") % {"name": name})
        return
    form = RoleForm(request.POST)
    if form.is_valid():
        people.change_role(member, role=form.cleaned_data["role"], actor=request.user, now=now)
        messages.success(request, _("The role of %(name)s is changed.") % {"name": name})


@site_page(Permission.VIEW)
def snippet(request: SiteRequest) -> HttpResponse:
    """What to paste into the shop, with a publishable key of this site."""
    active = request.site.api_keys.filter(kind=ApiKey.Kind.PUBLISHABLE, revoked_at=None)
    texts = ((key, keys.text_of(key)) for key in active.order_by("created_at"))
    key, text = next(((k, t) for k, t in texts if t), (None, None))
    # By their reverse name: the room of placements lies above this one.
    slots, wanted = list(request.site.placements.all()), request.GET.get("placement")
    placement = next((s for s in slots if s.key == wanted), slots[0] if slots else None)
    context = {
        **_code(request, text, placement.key if placement else "home-hero"),
        "key": key,
        "text": text,
        "tag_url": f"{settings.DELIVERY_URL}/tag/banner-lab.js",
        "placements": slots,
        "placement": placement,
        "tab": "snippet",
    }
    return render(request, "workspace/settings_snippet.html", context)


def _code(request: SiteRequest, key: str | None, placement: str) -> dict[str, object]:
    """The snippet of the chosen way; one that asks by experiment names one that answers."""
    way, names = snippets.chosen(request.GET.get("in")), request.site.experiments
    told = names.exclude(status="draft").order_by("-pk").values_list("key", flat=True)
    text = snippets.text(
        way,
        url=settings.DELIVERY_URL,
        key=key or "",
        placement=placement,
        experiment=told.first() or "spring-hero",
    )
    return {"ways": snippets.WAYS, "way": way, "code": text}
