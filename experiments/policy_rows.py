"""What policies are made of: rules set by hand, parameters that were learned."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from audiences.models import Segment

__all__ = ["Parameters", "PolicyRule"]


class PolicyRule(models.Model):
    """What visitors of a segment get under the policy `rules`; the first that matches counts."""

    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.CASCADE, related_name="rules"
    )
    position = models.PositiveSmallIntegerField()
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="policy_rules")
    weights = models.JSONField(help_text=_("Weight per variant key."))

    class Meta:
        ordering = ["position"]
        verbose_name = _("policy rule")
        verbose_name_plural = _("policy rules")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "position"], name="rule_position_once"),
            models.UniqueConstraint(fields=["experiment", "segment"], name="rule_segment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} · {self.segment}"


class Parameters(models.Model):
    """What an adaptive policy had learned at a moment; `version` travels in the token.

    `widths` are whole buckets per variant id (they sum to 10,000); `evidence` is what they were
    worked out from, per variant id: trials, successes and the chance to be best.
    """

    version = models.AutoField(primary_key=True)
    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.CASCADE, related_name="parameters"
    )
    phase = models.PositiveSmallIntegerField()
    widths = models.JSONField()
    evidence = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("parameters")
        verbose_name_plural = _("parameters")
        indexes: ClassVar = [models.Index(fields=["experiment", "phase", "-version"])]

    def __str__(self) -> str:
        return f"{self.experiment} · {self.version}"
