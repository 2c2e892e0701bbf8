"""What the units of a phase add up to."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class Reacted(models.Model):
    """How many units there are in `Reaction`, per variant and kind."""

    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    variant_id = models.IntegerField()
    kind = models.TextField()
    units = models.BigIntegerField()

    class Meta:
        verbose_name = _("units that reacted")
        verbose_name_plural = _("units that reacted")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment_id", "phase", "variant_id", "kind"], name="reacted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase}/{self.variant_id} {self.kind}: {self.units}"


class Overlap(models.Model):
    """Sums over the visitors whom two tests have in common, by both variants; `moments` are of the
    first one's totals, in the order of `PAIRS`. Read anew now and then, not with each event."""

    experiment_id = models.IntegerField()
    phase = models.IntegerField()
    other_id = models.IntegerField()
    other_phase = models.IntegerField()
    variant_id = models.IntegerField()
    other_variant_id = models.IntegerField()
    moments = ArrayField(models.DecimalField(max_digits=60, decimal_places=0))
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("overlap")
        verbose_name_plural = _("overlaps")
        indexes: ClassVar = [models.Index(fields=["experiment_id", "phase"])]

    def __str__(self) -> str:
        return f"{self.experiment_id}/{self.phase} × {self.other_id}/{self.other_phase}"


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
