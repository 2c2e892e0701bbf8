"""What became of events that are not in the log."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Settled(models.Model):
    """How many events of a group ended in one way, other than new in the log.

    0 stands for "of no experiment". Rows are only added; the upkeep of the log adds those of an
    hour together.
    """

    site_id = models.IntegerField()
    at = models.DateTimeField(_("time"))
    kind = models.TextField(_("type"))
    outcome = models.TextField(_("outcome"))
    reason = models.TextField(_("reason"), default="")
    experiment_id = models.IntegerField(default=0)
    variant_id = models.IntegerField(default=0)
    events = models.BigIntegerField(_("events"))

    class Meta:
        verbose_name = _("settled events")
        verbose_name_plural = _("settled events")
        indexes: ClassVar = [models.Index(fields=["site_id", "at"])]

    def __str__(self) -> str:
        return f"{self.outcome} {self.kind}: {self.events}"


class Rejected(models.Model):
    """An event that was refused, as it was sent but for its visitor's names.

    `sender` is what its request said of it, as the steps of intake need it again. `replayed_as` is
    the outcome of the last replay.
    """

    site_id = models.IntegerField()
    received_at = models.DateTimeField(_("time"))
    kind = models.TextField(_("type"))
    reason = models.TextField(_("reason"))
    field = models.TextField(_("field"), default="")
    payload = models.TextField(_("payload"))
    sender = models.JSONField(default=dict)
    replayed_at = models.DateTimeField(null=True, blank=True)
    replayed_as = models.TextField(default="", blank=True)

    class Meta:
        verbose_name = _("rejected event")
        verbose_name_plural = _("rejected events")
        indexes: ClassVar = [models.Index(fields=["site_id", "received_at"])]

    def __str__(self) -> str:
        return f"{self.reason} {self.kind}"
