"""What the data plane reads: snapshots, large and small, and the revision that orders changes.

They are models of this app, in a file of their own; `experiments.models` names them all.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LiveRevision(models.Model):
    """One row that every change of something live moves on; its lock puts the changes in order."""

    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("live revision")

    def __str__(self) -> str:
        return str(self.value)


class Snapshot(models.Model):
    """A published picture of everything live, in the canonical bytes of `delivery.snapshot`."""

    version = models.BigAutoField(primary_key=True)
    revision = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self) -> str:
        return str(self.version)


class PlaneProcess(models.Model):
    """A process of the data plane as it says itself, every few seconds: `delivery.presence`.

    `version` is the snapshot in force, `published_at` when that was published.
    """

    id = models.CharField(primary_key=True, max_length=32)
    name = models.TextField()
    version = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    refuses = models.BooleanField()
    stopped = models.BooleanField()
    heard_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("banner server")
        verbose_name_plural = _("banner servers")

    def __str__(self) -> str:
        return self.name


class LearntSnapshot(models.Model):
    """The parameters in force of all adaptive experiments, as the data plane reads them."""

    version = models.BigAutoField(primary_key=True)
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("learnt snapshot")
        verbose_name_plural = _("learnt snapshots")

    def __str__(self) -> str:
        return str(self.version)
