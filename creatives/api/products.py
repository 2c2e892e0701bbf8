"""Products: what the shop's feed says of them."""

from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creatives import landing, products
from creatives.models import Product
from engine.errors import LabError, NotFound
from workspace.api import etags
from workspace.api.paging import Cursor
from workspace.api.views import Asked, SiteView

MOST = 500
DEAREST = 10**12


class ProductData(serializers.ModelSerializer[Product]):
    """A product; money in minor units of `currency`, which is the site's unless it is named."""

    price = serializers.IntegerField(min_value=0, max_value=DEAREST)
    old_price = serializers.IntegerField(
        min_value=0, max_value=DEAREST, required=False, allow_null=True
    )
    currency = serializers.RegexField("^[A-Z]{3}$", required=False)
    facts = serializers.DictField(required=False)

    class Meta:
        model = Product
        fields = (
            "sku", "title", "brand", "category", "price", "old_price", "currency", "url", "facts",
            "updated_at",
        )  # fmt: skip
        read_only_fields = ("updated_at",)

    def validate_sku(self, value: str) -> str:
        """It is a part of an address."""
        if "/" in value:
            raise serializers.ValidationError(_("A product number has no /."))
        return value

    def validate_url(self, value: str) -> str:
        """The page of a product is a landing page."""
        try:
            return landing.check(value)
        except LabError as problem:
            raise serializers.ValidationError(str(problem)) from None


class ManyProducts(serializers.Serializer[Any]):
    """Up to 500 products at once."""

    products: Any = serializers.ListSerializer(
        child=ProductData(), allow_empty=False, max_length=MOST
    )


class Products(SiteView):
    """The products of a site."""

    resource = "products"
    serializer_class = ProductData
    queryset = Product.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "sku"
    orders: ClassVar[tuple[str, ...]] = ("sku", "title", "price", "-price", "-updated_at")
    asks: ClassVar[Asked] = {
        "list": [
            OpenApiParameter("text", description="In title, number or brand."),
            OpenApiParameter("category"),
        ]
    }

    def list(self, request: Request, **_parts: object) -> Response:
        """All products, in pages."""
        rows = Product.objects.filter(site=self.site)
        if text := request.query_params.get("text"):
            about = Q(title__icontains=text) | Q(sku__icontains=text) | Q(brand__icontains=text)
            rows = rows.filter(about)
        if category := request.query_params.get("category"):
            rows = rows.filter(category=category)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ProductData(page, many=True).data)

    def retrieve(self, request: Request, sku: str, **_parts: object) -> Response:
        """One product."""
        return etags.answer(request, ProductData(self._one(sku)).data)

    @extend_schema(request=ProductData, responses=ProductData)
    def put(self, request: Request, sku: str, **_parts: object) -> Response:
        """Make or replace a product."""
        row = self._with_currency(self.read(ProductData, sku=sku))
        products.upsert(self.site, [row], actor=self.caller.person, now=timezone.now())
        return etags.answer(request, ProductData(self._one(sku)).data)

    @extend_schema(request=ManyProducts, responses=ManyProducts)
    def upsert(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """Make or replace up to 500 products; all of them or, with an error, none."""
        rows = [self._with_currency(row) for row in self.read(ManyProducts)["products"]]
        kept = products.upsert(self.site, rows, actor=self.caller.person, now=timezone.now())
        return Response({"products": ProductData(kept, many=True).data})

    def _with_currency(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"currency": self.site.currency} | row

    def _one(self, sku: str) -> Product:
        found = Product.objects.filter(site=self.site, sku=sku).first()
        if found is None:
            raise NotFound(_("There is no product “%(sku)s”.") % {"sku": sku[:64]})
        return found
