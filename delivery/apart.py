"""Who stands apart from all experiments: held visitors, and those who test."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from delivery import forcing
from delivery.decide import can_be_forced
from delivery.forcing import ForceExpired, ForceInvalid
from delivery.holdout import is_held
from delivery.index import Live
from delivery.moment import Moment
from delivery.snapshot import SiteEntry
from delivery.visitor import Apart

NOBODY: Final[Mapping[int, int]] = MappingProxyType({})
INVALID: Final = "invalid"
EXPIRED: Final = "expired"
OTHER_SITE: Final = "other_site"
NOT_SHOWN: Final = "not_shown"
"""Why a wish is not followed: forged, too old, of another shop, or of what is not shown (yet)."""


def of(
    live: Live,
    site: SiteEntry,
    *,
    unit: str | None,
    pseudonym: bytes,
    force: str | None,
    moment: Moment,
) -> tuple[Apart | None, str]:
    """Whether a visitor is held or tests something, and why a wish to test is not followed.

    None for nearly everybody. A wish needs no consent: nothing of it is counted or remembered.
    """
    if force is None and site.holdout is None and not live.testers:
        return None, ""
    # A link says what is to be looked at now; the list of test visitors is for always.
    listed = live.testers.get((site.id, pseudonym), NOBODY) if unit else NOBODY
    wished, refused = _wish(live, moment, site, force) if force else (NOBODY, "")
    held = unit is not None and is_held(site, unit)
    forced = {**listed, **wished}
    return (Apart(held, forced) if held or forced else None), refused


def known(live: Live, site: SiteEntry, *, unit: str, pseudonym: bytes) -> Apart | None:
    """The same without a wish: the holdout and the list of test visitors."""
    listed = live.testers.get((site.id, pseudonym), NOBODY)
    held = is_held(site, unit)
    return Apart(held, listed) if held or listed else None


def _wish(live: Live, moment: Moment, site: SiteEntry, text: str) -> tuple[Mapping[int, int], str]:
    try:
        wish = forcing.read(moment.tools.signer.keys, text, moment.now)
    except ForceExpired:
        return NOBODY, EXPIRED
    except ForceInvalid:
        return NOBODY, INVALID
    if wish.site_id != site.id:
        return NOBODY, OTHER_SITE
    if not _is_shown(live, wish.experiment_id, wish.variant_id):
        return NOBODY, NOT_SHOWN
    return {wish.experiment_id: wish.variant_id}, ""


def _is_shown(live: Live, experiment_id: int, variant_id: int) -> bool:
    return any(
        variant.id == variant_id
        for experiment in live.everywhere
        if experiment.entry.id == experiment_id
        for variant in experiment.entry.variants
        if can_be_forced(experiment, variant)
    )
