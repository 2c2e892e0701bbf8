"""The products that banners speak of: taken over from the shop's feed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from creatives.models import Product
from workspace import audit
from workspace.models import Site

Person = AbstractBaseUser | None
FIELDS = (
    "title", "brand", "category", "price", "old_price", "currency", "url", "facts", "updated_at",
)  # fmt: skip


def upsert(
    site: Site, rows: Sequence[Mapping[str, Any]], *, actor: Person, now: dt.datetime
) -> list[Product]:
    """Make or replace products by their `sku`; each once, the last row of a number counts."""
    wanted = {str(row["sku"]): Product(site=site, updated_at=now, **row) for row in rows}
    with transaction.atomic():
        Product.objects.bulk_create(
            wanted.values(),
            update_conflicts=True,
            unique_fields=["site", "sku"],
            update_fields=FIELDS,
        )
        after = {"products": sorted(wanted)}
        audit.record(
            site=site, actor=actor, action="take products", subject=site, after=after, now=now
        )
    return list(Product.objects.filter(site=site, sku__in=wanted))
