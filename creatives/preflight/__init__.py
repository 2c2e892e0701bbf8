"""What stands against showing a version: computed whenever it is asked, so never stale."""

from creatives.preflight.checking import check, check_at
from creatives.preflight.findings import Finding, Severity

__all__ = ["Finding", "Severity", "check", "check_at"]
