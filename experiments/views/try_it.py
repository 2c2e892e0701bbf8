"""The page that tries the API, with the publishable key of whoever looks at it."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from workspace import keys
from workspace.models import ApiKey, Site


@method_decorator(never_cache, name="dispatch")
class TryIt(SpectacularSwaggerSplitView):
    """Swagger UI; its second file knows the key of one reader, so nobody may keep it."""

    template_name_js = "drf_spectacular/try_it.js"
    reader: AbstractBaseUser | AnonymousUser = AnonymousUser()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        """Remember who is logged in: the framework, which asks for nobody, forgets it."""
        self.reader = request.user
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        """The page, or with `script` what starts it."""
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        if request.GET.get("script") is not None:
            answer.data["key"] = _key_of(self.reader)
        return answer


def _key_of(reader: AbstractBaseUser | AnonymousUser) -> str:
    """The first publishable key of the reader's own first site; nothing for strangers."""
    if not reader.is_authenticated:
        return ""
    site = Site.objects.filter(memberships__user__pk=reader.pk).order_by("pk").first()
    if site is None:
        return ""
    active = site.api_keys.filter(kind=ApiKey.Kind.PUBLISHABLE, revoked_at=None)
    texts = (keys.text_of(key) for key in active.order_by("created_at"))
    return next(filter(None, texts), "")
