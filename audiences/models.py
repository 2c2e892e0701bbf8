"""Who a banner is for: segments, as rules over what is known of a visitor."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.assignment import targeting
from engine.errors import InvalidInput
from workspace.models import Site, validate_key


class Segment(models.Model):
    """A named rule in the language of `engine.assignment.targeting`."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="segments")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    name = models.CharField(_("name"), max_length=120)
    rule = models.JSONField(_("rule"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "key"], name="segment_key_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The back office edits the rule as JSON: what is no rule stays out."""
        try:
            targeting.read(self.rule)
        except InvalidInput as problem:
            text = f"{problem.field}: {problem} {problem.hint}"
            raise ValidationError({"rule": text}) from None
