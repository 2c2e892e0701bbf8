"""Variants: the sides of an experiment."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Placement
from experiments.models.experiment import Experiment
from workspace.models import validate_key


class Variant(models.Model):
    """One side of an experiment. The first one (position 0) is the control."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="variants")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    name = models.CharField(_("name"), max_length=300)
    position = models.PositiveSmallIntegerField()
    creative = models.ForeignKey(
        Creative, on_delete=models.PROTECT, null=True, blank=True, related_name="variants"
    )
    placement = models.ForeignKey(
        Placement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("position"),
        help_text=_("Where it is shown, of several placements; empty: on all of them."),
    )
    levels = models.JSONField(
        _("levels"),
        default=dict,
        blank=True,
        help_text=_("Its level of each factor, in a factorial test."),
    )
    weight = models.PositiveIntegerField(
        _("weight"), default=1, help_text=_("Relative to the other variants.")
    )
    creative_cost = models.PositiveBigIntegerField(
        _("cost of the creative"), default=0, help_text=_("Once, in minor units.")
    )
    media_cost = models.PositiveBigIntegerField(
        _("media cost"), default=0, help_text=_("Per 1,000 impressions, in minor units.")
    )
    discount = models.DecimalField(
        _("discount"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent of the revenue that this banner gives away."),
    )
    bucket_start = models.PositiveSmallIntegerField(default=0, editable=False)
    bucket_end = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position"]
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "key"], name="variant_key_once"),
            models.UniqueConstraint(
                fields=["experiment", "position"], name="variant_position_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    bucket_end__gte=models.F("bucket_start"), bucket_end__lte=10_000
                ),
                name="variant_range_is_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name
