"""What a check says of a version."""

from dataclasses import dataclass
from enum import StrEnum

from creatives.models import Waiver


class Severity(StrEnum):
    """How much a finding weighs.

    A blocking one must be mended, a warning mended or waived in writing; a note keeps nobody from
    anything: it says what is not known yet or what is missing without harm.
    """

    BLOCKING = "blocking"
    WARNING = "warning"
    NOTE = "note"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of one check, with what to do.

    Attributes:
        rule: The key of the check, as in `docs/preflight.md`.
        placement: The key of the placement that it is about; "" for all of them.
        waived: The reviewer's written reason to let a warning pass.
        link: Key of another creative of the site that it speaks of.
    """

    rule: str
    severity: Severity
    message: str
    remedy: str = ""
    placement: str = ""
    waived: Waiver | None = None
    link: str = ""

    @property
    def code(self) -> str:
        """How a waiver names it: the rule, with its placement where it is about one."""
        return f"{self.rule}@{self.placement}" if self.placement else self.rule

    @property
    def is_blocking(self) -> bool:
        return self.severity is Severity.BLOCKING

    @property
    def is_open(self) -> bool:
        """Whether something has to happen before visitors may see it."""
        return self.is_blocking or (self.severity is Severity.WARNING and self.waived is None)


def blocking(rule: str, message: str, remedy: str, *, placement: str = "") -> Finding:
    """It must be mended."""
    return Finding(rule, Severity.BLOCKING, message, remedy, placement)


def warning(
    rule: str, message: str, remedy: str, *, placement: str = "", link: str = ""
) -> Finding:
    """It is mended, or waived in writing."""
    return Finding(rule, Severity.WARNING, message, remedy, placement, link=link)


def note(rule: str, message: str, remedy: str = "", *, placement: str = "") -> Finding:
    """Good to know."""
    return Finding(rule, Severity.NOTE, message, remedy, placement)


def passed(rule: str, message: str, *, placement: str = "") -> Finding:
    """Somebody looked, and it is in order."""
    return Finding(rule, Severity.PASSED, message, placement=placement)
