"""Whether somebody is still logged in, and what was kept when he was not."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from engine.errors import NotFound
from workspace import kept_posts


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Asked by a page that was open for long before it sends a form; with a token that fits."""
    return JsonResponse({"alive": request.user.is_authenticated, "token": get_token(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def kept(request: HttpRequest) -> HttpResponse:
    """What was typed before the log-in, to be sent again; a POST throws it away."""
    if request.method == "POST":
        kept_posts.forget(request)
        return redirect("home")
    post = kept_posts.find(request, now=timezone.now())
    if post is None:
        raise NotFound(
            _("Nothing is kept here."), hint=_("What was typed is kept for an hour after a log-in.")
        )
    return render(request, "workspace/kept.html", {"post": post})
