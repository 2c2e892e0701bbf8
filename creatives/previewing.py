"""What the studio shows before anything is kept: a banner at every size of the site."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from creatives import boxes, finished, media, pictures, rendering
from creatives.boxes import Box
from creatives.designs import Design, Palette
from creatives.designs.examples import EXAMPLES
from creatives.designs.markup import Picture, markup
from creatives.designs.style import sheet
from creatives.filling import Filled, price_words, tidy
from creatives.models import Placement, Product, Version
from workspace.models import Site

EXAMPLE_WIDTH, EXAMPLE_HEIGHT = 1200, 900
# Where a site has no placements yet, these show what a design can do.
USUAL = ((1200, 400), (970, 250), (728, 90), (300, 600), (300, 250), (320, 50))
SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Room:
    """A size of the site's placements, and which of them have it."""

    width: int
    height: int
    places: str

    @property
    def key(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A banner in one room, in one language."""

    room: Room
    html: str


@dataclass(frozen=True, slots=True)
class Preview:
    """All rooms per language; `stylesheet` is its address for pages of the control plane."""

    stylesheet: str
    pages: Mapping[str, list[Shown]]
    is_example: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A design as the gallery shows it."""

    design: Design
    stylesheet: str
    html: str


def rooms(site: Site) -> list[Room]:
    """Every size of the site's placements once, the largest first."""
    names: dict[tuple[int, int], list[str]] = {}
    for place in site.placements.all():
        for size in place.sizes:
            names.setdefault((size.width, size.height), []).append(_name(place, size.device))
    found = [Room(width, height, _listed(said)) for (width, height), said in names.items()]
    found = found or [Room(width, height, "") for width, height in USUAL]
    return sorted(found, key=lambda room: (-room.width, -room.height))


def preview(
    site: Site,
    *,
    design: Design,
    palette: Palette,
    slots: Mapping[str, Mapping[str, str]],
    image: Version | None,
    product: Product | None,
    more: Sequence[Version] = (),
    like: bool = False,
) -> Preview:
    """The banner as far as it has been filled in; what is too long is shown as it is.

    A language in which nothing has been written is left out. As long as there are no words at all
    the design shows those of its example, and until a picture is chosen its picture.
    """
    words: dict[str, Mapping[str, str]] = {
        locale: {slot.key: tidy(said.get(slot.key, "")) for slot in design.texts}
        | price_words(design, product)
        for locale, said in slots.items()
        if any(said.values())
    }
    is_example = not words
    if is_example:
        words = {locale: EXAMPLES[design.key].in_language(locale) for locale in slots}
    filled = Filled(
        design, palette, words, image if design.image else None, product, tuple(more), like
    )
    made = finished.make(filled, instead=_instead(design, (image, *more)))
    places = rooms(site)
    pages = {locale: [_shown(html, room) for room in places] for locale, html in made.html.items()}
    return Preview(_address(made.sheet.css), pages, is_example)


def examples(designs: Iterable[Design], locale: str) -> list[Example]:
    """Every design with words and a picture of its own, in the language of whoever looks."""
    return [_example(design, locale) for design in designs]


def sizes_css(places: Iterable[Room]) -> str:
    """The boxes of the rooms: pages may not carry styles of their own."""
    return "".join(
        f".room-{room.key} {{ width: {room.width}px; height: {room.height}px; }}\n"
        for room in places
    )


def _example(design: Design, locale: str) -> Example:
    example = EXAMPLES[design.key]
    palette = design.palette(example.palette) or design.palettes[0]
    made, shown = sheet(design, palette), _example_pictures(design)
    html = markup(
        design,
        scope=made.scope,
        words=example.in_language(locale),
        picture=next(iter(shown), None),
        locale=locale,
        more=shown[1:],
    )
    return Example(design, _address(made.css), html)


def _instead(design: Design, chosen: Sequence[Version | None]) -> list[Picture]:
    """Pictures of the example where some that the design needs are not chosen yet."""
    examples = _example_pictures(design)
    needed = sum(slot.required for slot in design.images) if design.moves else 1
    if all(chosen) and len(chosen) >= needed:
        return []
    own = [pictures.of(image) for image in chosen if image]
    return (own + examples)[: max(needed, len(own)) if own else len(examples)]


def _example_pictures(design: Design) -> list[Picture]:
    example = EXAMPLES[design.key]
    names = filter(None, (example.picture, *example.more))
    return [
        Picture(static(f"demo/pictures/{name}.webp"), EXAMPLE_WIDTH, EXAMPLE_HEIGHT)
        for name in names
    ]


def _shown(html: str, room: Room) -> Shown:
    # The markup was escaped when it was made.
    return Shown(room, SafeString(boxes.sized(Box("", room.width, room.height, html))))


def _address(css: str) -> str:
    """Sheets are few, designs times palettes: each is kept once, whoever looks at it."""
    return rendering.page_url(media.store(css.encode(), "css"))


def _name(place: Placement, device: str) -> str:
    devices = {"tablet": _("tablet"), "phone": _("phone")}
    return f"{place.name} ({devices[device]})" if device in devices else place.name


def _listed(names: list[str]) -> str:
    if len(names) <= SEVERAL:
        return ", ".join(names)
    return _("%(names)s and %(n)s more") % {
        "names": ", ".join(names[: SEVERAL - 1]),
        "n": len(names) - SEVERAL + 1,
    }
