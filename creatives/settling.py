"""What keeps a version from review and from approval: the open findings of its checks."""

import datetime as dt
from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser

from creatives.models import Version


def before_review(version: Version, *, now: dt.datetime) -> None:
    """Raise IllegalMove while a blocking finding is open."""


def before_approval(
    version: Version,
    waivers: Mapping[str, str],
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    """Raise IllegalMove while a finding is open; keep the waivers (rule → reason) of warnings."""
