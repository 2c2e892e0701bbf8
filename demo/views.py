"""The shop's pages. The shop is a customer: all it knows of the product is the tag and its key."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from demo import cart, catalogue, credentials, visits

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponse]


def shop_page(view: View[Parameters]) -> Callable[..., HttpResponse]:
    """A page of the demo: 404 where there is none, and a policy that lets the tag in.

    The tag comes from the data plane, as in every storefront, so only these pages allow its origin
    for scripts.
    """

    @wraps(view)
    def page(
        request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = _policy()
        return response

    return page


def _policy() -> str:
    plane = settings.DELIVERY_URL
    directives = {
        **settings.SECURE_CSP,
        "script-src": ["'self'", plane],
        "img-src": ["'self'", "data:", plane],
        "connect-src": ["'self'", plane],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def show(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """Render a page of the shop with what every page of it needs."""
    visits.note(request)
    known = credentials.read()
    everywhere = {
        "categories": catalogue.CATEGORIES.values(),
        "cart": cart.read(request.session),
        "delivery_url": settings.DELIVERY_URL,
        "tag_key": known.keys.publishable if known else "",
        "currency": catalogue.CURRENCY,
    }
    return render(request, template, everywhere | context)


@shop_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return show(request, "demo/home.html", products=catalogue.front())


@shop_page
@require_safe
def category(request: HttpRequest, key: str) -> HttpResponse:
    if key not in catalogue.CATEGORIES:
        raise Http404
    return show(
        request,
        "demo/category.html",
        category=catalogue.CATEGORIES[key],
        products=catalogue.of_category(key),
    )


@shop_page
@require_safe
def product(request: HttpRequest, key: str) -> HttpResponse:
    shown = _product(key)
    return show(
        request,
        "demo/product.html",
        product=shown,
        category=catalogue.CATEGORIES[shown.category],
        products=catalogue.others(shown),
    )


@shop_page
@require_safe
def cart_page(request: HttpRequest) -> HttpResponse:
    return show(request, "demo/cart.html")


@shop_page
@require_POST
def add(request: HttpRequest, key: str) -> HttpResponse:
    cart.add(request.session, _product(key))
    return redirect("demo:cart")


@shop_page
@require_POST
def quantity(request: HttpRequest, key: str) -> HttpResponse:
    wanted = request.POST.get("quantity", "")
    if wanted.isdecimal():
        cart.put(request.session, _product(key), quantity=int(wanted[:3]))
    return redirect("demo:cart")


@shop_page
@require_POST
def checkout(request: HttpRequest) -> HttpResponse:
    return redirect("demo:thanks" if cart.order(request.session) else "demo:cart")


@shop_page
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    order = cart.last_order(request.session)
    if order is None:
        return redirect("demo:cart")
    return show(request, "demo/thanks.html", order=order)


def _product(key: str) -> catalogue.Product:
    if key not in catalogue.PRODUCTS:
        raise Http404
    return catalogue.PRODUCTS[key]
