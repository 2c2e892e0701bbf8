"""People, sites and what belongs to both: roles, keys, the audit log, jobs, webhooks."""

from workspace.models.idempotency import KeptAnswer
from workspace.models.site import (
    KEY_PATTERN,
    ApiKey,
    AuditEntry,
    Membership,
    Role,
    SavedView,
    Seen,
    Site,
    first_locales,
    validate_key,
)
from workspace.models.webhooks import Delivery, Webhook, new_secret
from workspace.models.work import Heartbeat, Job

__all__ = [
    "KEY_PATTERN",
    "ApiKey",
    "AuditEntry",
    "Delivery",
    "Heartbeat",
    "Job",
    "KeptAnswer",
    "Membership",
    "Role",
    "SavedView",
    "Seen",
    "Site",
    "Webhook",
    "first_locales",
    "new_secret",
    "validate_key",
]
