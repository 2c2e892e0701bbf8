"""What of the shop banners speak of: its products, and the pages that clicks lead to."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models import Site


class Product(models.Model):
    """One row of the shop's product feed; `price` and `old_price` in minor units."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="products")
    sku = models.CharField(_("product number"), max_length=64)
    title = models.CharField(_("title"), max_length=200)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    category = models.CharField(_("category"), max_length=100, blank=True)
    price = models.PositiveBigIntegerField(_("price"))
    old_price = models.PositiveBigIntegerField(_("price before"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    url = models.URLField(_("page"), max_length=2000)
    facts = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(_("as of"))

    class Meta:
        ordering = ["title", "sku"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "sku"], name="product_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.title


class Landing(models.Model):
    """What came of the last visit to a landing page; `status` 0 is no answer, `error` says why."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="landings")
    url = models.URLField(_("landing page"), max_length=2000)
    status = models.PositiveSmallIntegerField(default=0)
    final_url = models.CharField(max_length=2000, blank=True)
    error = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(_("checked"))

    class Meta:
        ordering = ["-checked_at"]
        verbose_name = _("landing page")
        verbose_name_plural = _("landing pages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "url"], name="landing_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.url
