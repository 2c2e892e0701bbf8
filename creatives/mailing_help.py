"""How a placement gets into a mailing: what a server asks for each recipient, and how it looks."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string

from creatives import rendering
from creatives.models import Placement, Rendition, Version

SHELL: Final = "curl"
PYTHON: Final = "python"


@dataclass(frozen=True, slots=True)
class MailingHelp:
    """The snippets by name, and the picture that the default leads to."""

    shell: str
    python: str
    picture: Rendition | None
    alt: str


def of(placement: Placement) -> MailingHelp | None:
    """The help for a placement in e-mails; None for all others."""
    if placement.page_type != Placement.PageType.EMAIL:
        return None
    version = _version(placement)
    return MailingHelp(
        shell=_text(SHELL, placement),
        python=_text(PYTHON, placement),
        picture=next(reversed(rendering.pictures(version)), None) if version else None,
        alt=version.alt if version and not version.decorative else "",
    )


def _version(placement: Placement) -> Version | None:
    fallback = placement.fallback
    return fallback.live if fallback else None


def _text(name: str, placement: Placement) -> str:
    values = {"url": settings.DELIVERY_URL, "placement": placement}
    return render_to_string(f"creatives/mailing/{name}.txt", values).strip()
