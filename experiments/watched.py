"""The metrics that a report watches beside the primary one."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Watched"]


class Watched(models.Model):
    """A metric that a report looks at beside the primary one.

    A guardrail must not fall by more than `margin` percent of the control.
    """

    class Role(models.TextChoices):
        SECONDARY = "secondary", _("Secondary")
        GUARDRAIL = "guardrail", _("Guardrail")

    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.CASCADE, related_name="watched"
    )
    metric = models.CharField(_("metric"), max_length=30)
    role = models.CharField(_("role"), max_length=10, choices=Role)
    margin = models.DecimalField(
        _("margin"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent of the control that may be lost."),
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("watched metric")
        verbose_name_plural = _("watched metrics")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "metric"], name="watched_once"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} · {self.metric}"
