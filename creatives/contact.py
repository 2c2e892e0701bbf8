"""The contact sheet: every variant that would be generated, at one size, before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from creatives import boxes, finished, media, previewing, rendering
from creatives.boxes import Box
from creatives.filling import Filled, price_words
from creatives.generate_form import BETWEEN, WITHIN, GenerateForm
from creatives.generating.combinations import Factor, Levels
from creatives.previewing import Room

MOST_SHOWN = 96


@dataclass(frozen=True, slots=True)
class Print:
    """One variant on the sheet."""

    number: int
    levels: Levels
    html: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Two options that may be forbidden to meet."""

    value: str
    one: str
    other: str
    forbidden: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """All pairs of options of two slots."""

    one: Factor
    other: Factor
    columns: list[str]
    rows: list[tuple[str, list[Cell]]]
    forbidden: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """How many there are, which pairs may be forbidden, and how they look."""

    count: int
    whole: int
    rooms: list[Room]
    room: Room
    locale: str
    stylesheets: list[str]
    prints: list[Print]
    matrices: list[Matrix]


def sheet(form: GenerateForm, asked: Mapping[str, str]) -> Sheet:
    """The sheet of a form that is valid, at the size and in the language that are asked for."""
    rooms = previewing.rooms(form.site)
    room = next((one for one in rooms if one.key == asked.get("room")), rooms[0])
    locale = asked.get("locale", "")
    locale = locale if locale in form.locales else form.locales[0]
    whole = 1
    for factor in form.plan.factors:
        whole *= len(factor.options)
    sheets: dict[str, str] = {}
    prints = [
        _print(form, Print(number, levels, ""), locale=locale, room=room, sheets=sheets)
        for number, levels in enumerate(form.plan.variants(), start=1)
        if number <= MOST_SHOWN
    ]
    return Sheet(
        count=form.plan.count(),
        whole=whole,
        rooms=rooms,
        room=room,
        locale=locale,
        stylesheets=list(sheets.values()),
        prints=prints,
        matrices=[_matrix(form, one, other, locale) for one, other in form.plan.pairs()],
    )


def _print(
    form: GenerateForm, blank: Print, *, locale: str, room: Room, sheets: dict[str, str]
) -> Print:
    """A print with its markup; a style sheet that is new is added to `sheets`."""
    levels = blank.levels
    words = form.plan.words(levels, form.locales)
    said = words[locale] or words[form.locales[0]]
    image = next((v for v in form.chosen if v.pk == form.plan.image(levels)), None)
    palette = form.design.palette(levels["palette"]) or form.design.palettes[0]
    filled = Filled(
        form.design,
        palette,
        {locale: {**said, **price_words(form.design, form.cleaned_data.get("product"))}},
        image,
        None,
    )
    made = finished.make(filled)
    if made.sheet.scope not in sheets:
        sheets[made.sheet.scope] = rendering.page_url(media.store(made.sheet.css.encode(), "css"))
    html = boxes.sized(Box("", room.width, room.height, made.html[locale]))
    return Print(blank.number, levels, html)


def _matrix(form: GenerateForm, one: Factor, other: Factor, locale: str) -> Matrix:
    names = {version.creative.key: version.creative.name for version in form.chosen}
    names |= {palette.key: str(palette.title) for palette in form.design.palettes}
    rows, count = [], 0
    for first in one.options:
        cells = []
        for second in other.options:
            levels = ((one.slot, first.key), (other.slot, second.key))
            is_forbidden = frozenset(levels) in form.plan.forbidden
            count += is_forbidden
            value = BETWEEN.join(WITHIN.join(level) for level in levels)
            labels = (_label(names, first.label(locale)), _label(names, second.label(locale)))
            cells.append(Cell(value, *labels, is_forbidden))
        rows.append((_label(names, first.label(locale)), cells))
    columns = [_label(names, option.label(locale)) for option in other.options]
    return Matrix(one, other, columns, rows, count)


def _label(names: Mapping[str, str], text: str) -> str:
    return names.get(text, text)
