"""What each unit did: its totals, its conversions, its names."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Conversion(models.Model):
    """A cart, an order (once per order number) or a refund of a unit: what attribution reads.

    The amount of a refund is below zero. A live one belongs to every experiment that the unit was
    exposed in before (`experiment_id` 0). One that was loaded from the file of a single experiment
    belongs to that experiment alone.
    """

    site_id = models.IntegerField()
    experiment_id = models.IntegerField(default=0)
    unit = models.UUIDField()
    suspicious = models.BooleanField(default=False)
    event_id = models.UUIDField()
    kind = models.TextField()
    occurred_at = models.DateTimeField()
    amount = models.BigIntegerField(default=0)
    order_id = models.TextField(default="")

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        indexes: ClassVar = [
            models.Index(fields=["site_id", "unit"]),
            models.Index(
                fields=["site_id", "order_id"], condition=models.Q(kind="refund"), name="refund_of"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site_id", "event_id"], name="conversion_event_once"),
            models.UniqueConstraint(
                fields=["site_id", "experiment_id", "order_id", "suspicious"],
                condition=models.Q(kind="purchase") & ~models.Q(order_id=""),
                name="conversion_order_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class UnitTotal(models.Model):
    """What one unit did in one phase of an experiment.

    Variant, time, day and the cuts (device, locale, placement, returning) are those of the earliest
    impression and stay there; a row without an impression yet has none and counts nowhere. What was
    set aside of a unit (`suspicious`) is a row of its own. What it was shown outside of experiments
    is in the row of experiment 0. `shown_at` are the eleven earliest impressions: a click after the
    eleventh belongs to none of the first ten. `clicked_at` are all clicks. `days` are the days at
    the site on which it was shown or clicked something, with the numbers beside them. `pre_…` is
    what the unit did at the site, in whatever experiment, in the 28 days before its first day here.
    """

    site_id = models.IntegerField()
    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    unit = models.UUIDField()
    suspicious = models.BooleanField(default=False)
    assigned_variant_id = models.IntegerField(null=True)
    assigned_at = models.DateTimeField(null=True)
    variant_id = models.IntegerField(null=True)
    first_exposed_at = models.DateTimeField(null=True)
    first_event_id = models.UUIDField(null=True)
    day = models.DateField(null=True)
    explored = models.BooleanField(default=False)
    device = models.TextField(default="")
    locale = models.TextField(default="")
    placement_id = models.IntegerField(null=True)
    returning = models.BooleanField(default=False)
    variants_seen = ArrayField(models.IntegerField(), default=list)
    shown_at = ArrayField(models.DateTimeField(), default=list)
    clicked_at = ArrayField(models.DateTimeField(), default=list)
    days = ArrayField(models.DateField(), default=list)
    day_impressions = ArrayField(models.IntegerField(), default=list)
    day_clicks = ArrayField(models.IntegerField(), default=list)
    impressions = models.BigIntegerField(default=0)
    viewables = models.BigIntegerField(default=0)
    clicks = models.BigIntegerField(default=0)
    carts = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    converted = models.BigIntegerField(default=0)
    revenue = models.BigIntegerField(default=0)
    capped = models.BigIntegerField(default=0)
    click_converted = models.BigIntegerField(default=0)
    click_revenue = models.BigIntegerField(default=0)
    pre_impressions = models.BigIntegerField(default=0)
    pre_clicks = models.BigIntegerField(default=0)
    pre_converted = models.BigIntegerField(default=0)
    pre_revenue = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("unit total")
        verbose_name_plural = _("unit totals")
        indexes: ClassVar = [models.Index(fields=["experiment_id", "phase"])]
        constraints: ClassVar = [
            # The unit first: what it did in all experiments is found by the same index.
            models.UniqueConstraint(
                fields=["unit", "site_id", "experiment_id", "phase", "suspicious"],
                name="unit_once_per_phase",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase} {self.unit}"


class Reaction(models.Model):
    """That a unit did something of a kind of its own in a banner of a test: liked it, moved it.

    Once, however often it did it, and under one name. What was set aside is not here.
    """

    site_id = models.IntegerField()
    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    variant_id = models.IntegerField()
    kind = models.TextField()
    unit = models.UUIDField()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment_id", "phase", "variant_id", "kind", "unit", "site_id"],
                name="reaction_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["site_id", "unit"])]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase} {self.kind} {self.unit}"


class Alias(models.Model):
    """Another name of a unit: its events belong to `canonical`, the smallest name of them all."""

    site_id = models.IntegerField()
    unit = models.UUIDField()
    canonical = models.UUIDField()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        indexes: ClassVar = [models.Index(fields=["site_id", "canonical"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site_id", "unit"], name="alias_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} = {self.canonical}"
