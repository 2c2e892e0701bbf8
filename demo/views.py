"""The shop's pages. The shop is a customer: what it uses of the product is the tag and its key.

Only one thing it asks the house: whether the visitor is one of the site's own people.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from demo import cart, catalogue, credentials, reports, search, visits
from demo.simulation import SITE
from demo.wares import Product
from workspace.access import Person
from workspace.models import Membership

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


def show(
    request: HttpRequest,
    template: str,
    *,
    tells: Sequence[reports.Event] = (),
    **context: object,
) -> HttpResponse:
    """Render a page of the shop with what every page of it needs; `tells` is what it reports."""
    visits.note(request)
    known = credentials.read()
    everywhere = {
        "categories": catalogue.CATEGORIES.values(),
        "cart": cart.read(request.session),
        "delivery_url": settings.DELIVERY_URL,
        "tag_key": known.keys.publishable if known else "",
        "site_key": SITE,
        "member": _is_member(request.user),
        "longest_query": search.LONGEST_QUERY,
        "tells": list(tells),
    }
    return render(request, template, everywhere | context)


def _is_member(user: Person) -> bool:
    """One query, and only for people who are logged in."""
    if not user.is_authenticated:
        return False
    return Membership.objects.filter(site__key=SITE, user_id=user.pk).exists()


@shop_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    tells = [reports.page_view("home")]
    return show(request, "demo/home.html", tells=tells, products=catalogue.front())


@shop_page
@require_safe
def category(request: HttpRequest, key: str) -> HttpResponse:
    if key not in catalogue.CATEGORIES:
        raise Http404
    return show(
        request,
        "demo/category.html",
        tells=[reports.page_view("category", category=key)],
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
        tells=[reports.page_view("product"), reports.product_view(shown)],
        product=shown,
        brand=catalogue.BRANDS[shown.brand],
        category=catalogue.CATEGORIES[shown.category],
        products=catalogue.others(shown),
    )


@shop_page
@require_safe
def promotion(request: HttpRequest) -> HttpResponse:
    tells = [reports.page_view("promotion")]
    return show(request, "demo/promotion.html", tells=tells, products=catalogue.promoted())


@shop_page
@require_safe
def clearance(request: HttpRequest) -> HttpResponse:
    tells = [reports.page_view("clearance")]
    return show(request, "demo/clearance.html", tells=tells, products=catalogue.cleared())


@shop_page
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Results for `q`; without a query the way to the shelves."""
    found = search.find(request.GET.get("q", ""))
    tells = [reports.page_view("search")] + ([reports.search(found)] if found.query else [])
    return show(
        request,
        "demo/search.html",
        tells=tells,
        found=found,
        products=found.products,
        loved=catalogue.front()[:6],
    )


@shop_page
@require_safe
def cart_page(request: HttpRequest) -> HttpResponse:
    return show(request, "demo/cart.html", tells=[reports.page_view("cart")])


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
    tells = [reports.page_view("thanks"), reports.purchase(order)]
    return show(request, "demo/thanks.html", tells=tells, order=order)


def _product(key: str) -> Product:
    if key not in catalogue.PRODUCTS:
        raise Http404
    return catalogue.PRODUCTS[key]
