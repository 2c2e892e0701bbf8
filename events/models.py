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
    device = models.TextField(default="")
    locale = models.TextField(default="")

    class Meta:
        managed = False  # partitioned: the table is made by SQL in the first migration
        db_table = "events_event"
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


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
        indexes: ClassVar = [models.Index(fields=["site_id", "unit"])]
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
    set aside of a unit (`suspicious`) is a row of its own. `shown_at` are the earliest impressions,
    `clicked_at` all clicks; `pre_…` is what the unit did in the 28 days before its first day here.
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
        indexes: ClassVar = [models.Index(fields=["site_id", "unit"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment_id", "phase", "unit", "suspicious"], name="unit_once_per_phase"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase} {self.unit}"


class UnitDay(models.Model):
    """What a unit was shown and clicked on one day at the site, in whatever experiment.

    So that a later experiment knows what its units did before: who returns, and the pre-period.
    """

    site_id = models.IntegerField()
    unit = models.UUIDField()
    suspicious = models.BooleanField(default=False)
    day = models.DateField()
    impressions = models.BigIntegerField(default=0)
    clicks = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a unit")
        verbose_name_plural = _("days of units")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site_id", "unit", "suspicious", "day"], name="unit_day_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.day}"


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


class Cap(models.Model):
    """The most revenue of one unit that counts in `capped`: fixed once for a phase, then kept."""

    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    revenue = models.BigIntegerField()
    fixed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cap")
        verbose_name_plural = _("caps")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment_id", "phase"], name="cap_once_per_phase"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase}: {self.revenue}"


class Assigned(models.Model):
    """How many units a variant was given to, whether or not they came to see it."""

    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    variant_id = models.IntegerField()
    suspicious = models.BooleanField(default=False)
    units = models.BigIntegerField()

    class Meta:
        verbose_name = _("assigned units")
        verbose_name_plural = _("assigned units")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment_id", "phase", "variant_id", "suspicious"], name="assigned_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase}/{self.variant_id}: {self.units}"


class Aggregate(models.Model):
    """Sums over the units of a variant first exposed on one day.

    `moments` holds the sums of products in the order of `engine.stats.aggregates.PAIRS`; all are
    whole numbers and exact. `views` holds, for the first ten views of a unit, how many units had an
    n-th one and how many clicked after it. Rows with a `cut` (device, locale, placement, returning)
    hold the units of one `value` of it. `given` ones came with an import of totals: no event stands
    behind them, so a rebuild leaves them alone.
    """

    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    variant_id = models.IntegerField()
    explored = models.BooleanField(default=False)
    suspicious = models.BooleanField(default=False)
    cut = models.TextField(default="")
    value = models.TextField(default="")
    day = models.DateField()
    moments = ArrayField(models.DecimalField(max_digits=60, decimal_places=0))
    views = ArrayField(models.BigIntegerField(), default=list)
    given = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("aggregate")
        verbose_name_plural = _("aggregates")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "experiment_id",
                    "phase",
                    "variant_id",
                    "explored",
                    "suspicious",
                    "cut",
                    "value",
                    "day",
                ],
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
