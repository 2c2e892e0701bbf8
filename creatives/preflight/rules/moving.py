"""Films and animations: where they may be, how long, and what is shown to whoever wants none."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from creatives.models import Rendition
from creatives.preflight.findings import Finding, blocking, passed, warning
from creatives.preflight.subject import Subject

# IAB: at most 30 seconds, loops included, and three loops.
LONGEST_MS = 30_000
MOST_LOOPS = 3
STILLS = frozenset({Rendition.Purpose.POSTER, Rendition.Purpose.THUMBNAIL})


def allowed(about: Subject) -> Iterator[Finding]:
    """The placement takes what moves."""
    if about.moves:
        for placement in about.placements:
            yield _allowed_at(placement.key, takes_it=placement.animated)


def _allowed_at(placement: str, *, takes_it: bool) -> Finding:
    if takes_it:
        sentence = _("The slot takes animations and films.")
        return passed("motion_allowed", sentence, placement=placement)
    return blocking(
        "motion_allowed",
        _("The slot takes neither animations nor films."),
        _("Upload a still picture."),
        placement=placement,
    )


def length(about: Subject) -> Iterator[Finding]:
    """It comes to rest: within 30 seconds and after three rounds at most."""
    if not about.moves:
        return
    loops, duration = about.facts.loops, about.version.duration_ms
    remedy = _("Let it play at most three times and 30 seconds in all.")
    if loops < 1:
        yield warning("motion_length", _("It plays for ever."), remedy)
    elif loops > MOST_LOOPS:
        yield warning("motion_length", _("It plays %(n)s times.") % {"n": loops}, remedy)
    elif duration * loops > LONGEST_MS:
        seconds = {"n": f"{duration * loops / 1000:g}"}
        yield warning("motion_length", _("It moves for %(n)s seconds.") % seconds, remedy)
    else:
        yield passed("motion_length", _("It comes to rest in time."))


def reduced(about: Subject) -> Iterator[Finding]:
    """There is a still picture for whoever asked for less motion; composed banners stand still."""
    if about.facts.moving:
        yield blocking(
            "reduced_motion",
            _("A picture in it moves, also for whoever wants no motion."),
            _("Compose it with a still picture, or upload the animation by itself."),
        )
    if not about.moves:
        return
    files = about.version.renditions.all()
    if any(f.purpose in STILLS and f.mime_type.startswith("image/") for f in files):
        yield passed("reduced_motion", _("There is a still picture for whoever wants no motion."))
    else:
        yield blocking(
            "reduced_motion",
            _("There is no still picture for whoever wants no motion."),
            _("Upload the file again: its first picture is kept as a still."),
        )
