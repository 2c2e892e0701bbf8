"""What happened: the log, what it adds up to, and where the adding stands.

The log names experiments, variants and creatives by number and has no foreign keys: it outlives and
ignores designs. `delivery.sink` is the only writer of `Event`, `events.rollup` of the totals.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models import Site


class Event(models.Model):
    """One accepted event. The table is partitioned by `day`; (`day`, `id`) is the one unique key.

    `mark` is empty for what is counted, else the name of the filter that set it aside.
    """

    seq = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    id = models.UUIDField()
    digest = models.BigIntegerField()
    site_id = models.IntegerField()
    kind = models.TextField(_("type"))
    unit = models.UUIDField(_("unit"))
    experiment_id = models.IntegerField(null=True)
    phase = models.IntegerField(null=True)
    variant_id = models.IntegerField(null=True)
    placement_id = models.IntegerField(null=True)
    creative_version_id = models.IntegerField(null=True)
    policy_version = models.IntegerField(null=True)
    propensity = models.FloatField(null=True)
    flags = models.IntegerField(default=0)
    decision = models.UUIDField(null=True)
    occurred_at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField()
    amount = models.BigIntegerField(null=True)
    currency = models.TextField(default="")
    order_id = models.TextField(default="")
    mark = models.TextField(default="")
    properties = models.JSONField(null=True)
    source = models.TextField(default="live")

    class Meta:
        managed = False  # partitioned: the table is made by SQL in the first migration
        db_table = "events_event"
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Conversion(models.Model):
    """A cart or an order of a unit, once per order: the part of the log that attribution reads.

    A live one belongs to every experiment that the unit was exposed in before (`experiment_id` 0).
    One that was loaded from the file of a single experiment belongs to that experiment alone.
    """

    site_id = models.IntegerField()
    experiment_id = models.IntegerField(default=0)
    unit = models.UUIDField()
    event_id = models.UUIDField()
    kind = models.TextField()
    occurred_at = models.DateTimeField()
    amount = models.BigIntegerField(default=0)
    order_id = models.TextField(default="")

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        indexes: ClassVar = [models.Index(fields=["site_id", "unit"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site_id", "event_id"], name="conversion_event_once"),
            models.UniqueConstraint(
                fields=["site_id", "experiment_id", "order_id"],
                condition=~models.Q(order_id=""),
                name="conversion_order_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class UnitTotal(models.Model):
    """What one unit did in one phase of an experiment.

    Variant, time and day are those of the earliest impression and stay there; a row without an
    impression yet has none and counts nowhere.
    """

    site_id = models.IntegerField()
    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    unit = models.UUIDField()
    variant_id = models.IntegerField(null=True)
    first_exposed_at = models.DateTimeField(null=True)
    first_event_id = models.UUIDField(null=True)
    day = models.DateField(null=True)
    explored = models.BooleanField(default=False)
    variants_seen = ArrayField(models.IntegerField(), default=list)
    impressions = models.BigIntegerField(default=0)
    viewables = models.BigIntegerField(default=0)
    clicks = models.BigIntegerField(default=0)
    carts = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    converted = models.BigIntegerField(default=0)
    revenue = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("unit total")
        verbose_name_plural = _("unit totals")
        indexes: ClassVar = [models.Index(fields=["site_id", "unit"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment_id", "phase", "unit"], name="unit_once_per_phase"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase} {self.unit}"


class Aggregate(models.Model):
    """Sums over the units of a variant first exposed on one day.

    `moments` holds the sums of products in the order of `engine.stats.aggregates.PAIRS`; all are
    whole numbers and exact. `given` ones came with an import of totals: no event stands behind
    them, so a rebuild leaves them alone.
    """

    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    variant_id = models.IntegerField()
    explored = models.BooleanField(default=False)
    day = models.DateField()
    moments = ArrayField(models.DecimalField(max_digits=60, decimal_places=0))
    given = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("aggregate")
        verbose_name_plural = _("aggregates")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment_id", "phase", "variant_id", "explored", "day"],
                name="aggregate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase}/{self.variant_id} {self.day}"


class Tally(models.Model):
    """How many events there are of each kind, those set aside included: nobody counts the log.

    0 stands for "of no experiment" in the numbers; `day` is the day of the events at the site.
    """

    site_id = models.IntegerField()
    experiment_id = models.IntegerField(default=0)
    phase = models.IntegerField(default=0)
    variant_id = models.IntegerField(default=0)
    day = models.DateField(_("day"))
    kind = models.TextField(_("type"))
    mark = models.TextField(default="")
    events = models.BigIntegerField(_("events"))
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        indexes: ClassVar = [models.Index(fields=["experiment_id", "phase"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "site_id",
                    "experiment_id",
                    "phase",
                    "variant_id",
                    "day",
                    "kind",
                    "mark",
                ],
                name="tally_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.events}"


class RollupState(models.Model):
    """How far the roll-up has read: every event with `seq` up to `watermark` is in the totals."""

    watermark = models.BigIntegerField(default=0)
    rolled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("roll-up state")
        verbose_name_plural = _("roll-up states")

    def __str__(self) -> str:
        return str(self.watermark)


class Import(models.Model):
    """One load of a file, with what was kept, repaired and dropped by rule."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=20)
    name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    summary = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.name
