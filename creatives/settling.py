"""What keeps a version from review and from approval: the open findings of its checks."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from creatives import landings, preflight
from creatives.models import Version, Waiver
from creatives.preflight import Finding, Severity
from creatives.preflight.subject import urls_of
from engine.errors import IllegalMove, InvalidInput
from workspace import audit
from workspace.sentences import together

Person = AbstractBaseUser | None
REASON_LENGTH = 500


class NotSettled(IllegalMove):
    """Checks stand against it; `findings` says which, all at once."""

    slug = "not-settled"
    title = "The checks are not settled"

    def __init__(self, findings: Sequence[Finding]) -> None:
        sentences = together(dict.fromkeys(found.message for found in findings))
        super().__init__(sentences, hint=findings[0].remedy)
        self.findings = tuple(findings)


def before_review(version: Version, *, now: dt.datetime) -> None:
    """Raise NotSettled while a blocking finding is open.

    Where nothing stands against it, its landing pages are visited while it waits for a reviewer.
    """
    against = [found for found in preflight.check(version, now=now) if found.is_blocking]
    if against:
        raise NotSettled(against)
    landings.ask(version.creative.site, urls_of(version), actor=None, now=now)


def before_approval(
    version: Version, waivers: Mapping[str, str], *, actor: Person, now: dt.datetime
) -> None:
    """Keep the waivers of warnings; raise NotSettled while a finding is open.

    `waivers` are reasons by `rule`, or by `rule@placement` for one place only. Raises InvalidInput
    for a waiver without a reason or without a warning that it waives.
    """
    waive(version, waivers, actor=actor, now=now)
    before_showing(version, now=now)


def before_showing(version: Version, *, now: dt.datetime) -> None:
    """Raise NotSettled while a finding is open."""
    against = [found for found in preflight.check(version, now=now) if found.is_open]
    if against:
        raise NotSettled(against)


def waive(
    version: Version, waivers: Mapping[str, str], *, actor: Person, now: dt.datetime
) -> list[Waiver]:
    """Let warnings pass, each for a written reason. Call it in a transaction.

    Raises InvalidInput for a waiver without a reason, or of something that is no warning.
    """
    if not waivers:
        return []
    found = preflight.check(version, now=now)
    reasons = {code: _reason(code, text) for code, text in waivers.items()}
    for code in reasons:
        _check_waivable(code, found)
    rows = [_keep(version, code, text, actor, now) for code, text in reasons.items()]
    audit.record(
        site=version.creative.site,
        actor=actor,
        action="waive",
        subject=version.creative,
        after={"version": version.number, "waivers": reasons},
        now=now,
    )
    _forget_prefetched(version)
    return rows


def _check_waivable(code: str, found: Iterable[Finding]) -> None:
    named = [one for one in found if code in {one.code, one.rule}]
    if any(one.is_blocking for one in named):
        raise InvalidInput(
            _("This must be mended: it cannot be waived."), field=code, hint=named[0].remedy
        )
    if not any(one.severity is Severity.WARNING for one in named):
        raise InvalidInput(
            _("There is no warning called “%(code)s”.") % {"code": code[:100]},
            field=code,
            hint=_("Load the page again."),
        )


def _reason(code: str, text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise InvalidInput(_("Say why the warning may pass."), field=code)
    if len(text) > REASON_LENGTH:
        raise InvalidInput(_("At most %(n)s characters.") % {"n": REASON_LENGTH}, field=code)
    return text


def _keep(version: Version, code: str, reason: str, actor: Person, now: dt.datetime) -> Waiver:
    rule, _at, placement = code.partition("@")
    row, _made = Waiver.objects.update_or_create(
        version=version,
        rule=rule,
        placement=placement,
        defaults={"reason": reason, "by_id": actor.pk if actor else None, "at": now},
    )
    return row


def _forget_prefetched(version: Version) -> None:
    getattr(version, "_prefetched_objects_cache", {}).pop("waivers", None)
