"""Things that stand around in the banners and are not for sale: boxes, tags, books, weather."""

from demo.artwork.drawing import PLAIN, put, words


def mark(x: float, y: float, scale: float, *, light: bool = False) -> str:
    """The shop's sign around (x, y): cream on brick red, or the other way round if `light`."""
    disc, lid, bowl = ("#fff3dc", "#b8452b", "#e2a93a") if light else (
        "#b8452b", "#fff3dc", "#f4c95d")  # fmt: skip
    return put(
        f'<circle r="32" fill="{disc}"/><path d="M-18 4c0-12 8-20 18-20s18 8 18 20z" '
        f'fill="{lid}"/><path d="M-18 8h36c-1 6-7 10-18 10s-17-4-18-10z" fill="{bowl}"/>',
        x,
        y,
        scale=scale,
    )


def gift(
    x: float, y: float, *, scale: float = 1, box: str = "#c8402b", band: str = "#f4c95d"
) -> str:
    """A wrapped box with a bow; (x, y) is the middle of its foot, 160 wide at scale 1."""
    return put(
        '<ellipse cx="0" cy="0" rx="88" ry="9" fill="#000" opacity=".14"/>'
        f'<rect x="-70" y="-92" width="140" height="92" rx="5" fill="{box}"/>'
        '<path d="M20-92h45a5 5 0 0 1 5 5v82a5 5 0 0 1-5 5H20z" fill="#000" opacity=".1"/>'
        f'<rect x="-80" y="-118" width="160" height="32" rx="6" fill="{box}"/>'
        '<rect x="-70" y="-88" width="140" height="7" fill="#000" opacity=".16"/>'
        f'<rect x="-14" y="-118" width="28" height="118" fill="{band}"/>'
        f'<g fill="none" stroke="{band}" stroke-width="12" stroke-linejoin="round">'
        '<path d="M-2-120c-18-44-62-46-60-22 2 18 34 22 60 22z"/>'
        '<path d="M2-120c18-44 62-46 60-22-2 18-34 22-60 22z"/></g>'
        f'<circle cy="-121" r="11" fill="{band}"/>',
        x, y, scale=scale,
    )  # fmt: skip


def parcel(x: float, y: float, *, scale: float = 1) -> str:
    """A cardboard box with tape and the shop's mark; (x, y) is the middle of its foot."""
    return put(
        '<ellipse cx="0" cy="0" rx="90" ry="9" fill="#000" opacity=".14"/>'
        '<rect x="-78" y="-112" width="156" height="112" rx="6" fill="#d6a873"/>'
        '<path d="M20-112h52a6 6 0 0 1 6 6V-6a6 6 0 0 1-6 6H20z" fill="#b9854f" opacity=".5"/>'
        '<rect x="-78" y="-112" width="156" height="26" rx="6" fill="#e3bc8c"/>'
        '<rect x="-14" y="-112" width="28" height="54" fill="#f3e2c5"/>'
        + mark(34, -44, 0.62)
        + '<path d="M-62-22h44M-62-34h30" stroke="#a97a47" stroke-width="5" '
        'stroke-linecap="round"/>',
        x, y, scale=scale,
    )  # fmt: skip


def shoebox(x: float, y: float, width: float, height: float, *, fill: str, lid: str) -> str:
    """A closed shoe box seen from its end side; (x, y) is its upper left corner."""
    label = width * 0.36
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{fill}"/>'
        f'<rect x="{x - 4}" y="{y}" width="{width + 8}" height="{height * 0.3}" rx="4" '
        f'fill="{lid}"/><rect x="{x}" y="{y + height * 0.3}" width="{width}" height="4" '
        'fill="#000" opacity=".14"/>'
        f'<rect x="{x + width - label - 14}" y="{y + height * 0.46}" width="{label}" '
        f'height="{height * 0.36}" rx="3" fill="#fff8ec"/>'
        f'<path d="M{x + width - label - 6} {y + height * 0.58}h{label * 0.6}m{-label * 0.6} '
        f'{height * 0.12}h{label * 0.36}" stroke="#8b7a66" stroke-width="3" '
        'stroke-linecap="round"/>'
    )


def tag(text: str, x: float, y: float, *, scale: float = 1, turn: float = 0,
        fill: str = "#c8402b", ink: str = "#fff6e6") -> str:  # fmt: skip
    """A price tag on a string that hangs from (x, y)."""
    return put(
        '<path d="M0 0q10 12 0 26" fill="none" stroke="#6b4a37" stroke-width="3"/>'
        f'<path d="M0 12l40 26v54a8 8 0 0 1-8 8h-64a8 8 0 0 1-8-8V38z" fill="{fill}"/>'
        '<circle cy="34" r="6" fill="#fff6e6"/>'
        + words(text, 0, 80, 25, ink, font=PLAIN, anchor="middle"),
        x, y, scale=scale, turn=turn,
    )  # fmt: skip


def sticker(text: str, x: float, y: float, radius: float, *, fill: str, ink: str) -> str:
    """A round seal with a wavy edge, words in its middle."""
    waves = "".join(
        f'<rect x="{-radius}" y="{-radius}" width="{radius * 2}" height="{radius * 2}" '
        f'rx="{radius * 0.34}" transform="rotate({angle})"/>'
        for angle in (0, 22.5, 45, 67.5)
    )
    size = round(radius * 0.53, 1)
    return put(
        f'<g fill="{fill}">{waves}</g><circle r="{radius * 0.9}" fill="none" stroke="{ink}" '
        'stroke-width="1.5" stroke-dasharray="3 4" opacity=".7"/>'
        + words(text, 0, size * 0.36, size, ink, font=PLAIN, anchor="middle"),
        x, y, turn=-8,
    )  # fmt: skip


def rain(points: tuple[tuple[float, float, float], ...], colour: str, opacity: float = 0.6) -> str:
    """Slanting strokes: x, y and length of each."""
    strokes = "".join(f"M{x} {y}l{-length * 0.32} {length}" for x, y, length in points)
    return (
        f'<path d="{strokes}" stroke="{colour}" stroke-width="3" stroke-linecap="round" '
        f'opacity="{opacity}"/>'
    )


def splash(x: float, y: float, colour: str, *, scale: float = 1) -> str:
    """Drops that jump up from a puddle."""
    drop = "M0 0c-7 10-7 18 0 20 7-2 7-10 0-20z"
    where = ((-62, -22, -38), (-40, -50, -22), (0, -58, 0), (44, -46, 24), (66, -18, 42))
    drops = "".join(
        f'<path d="{drop}" transform="translate({dx} {dy}) rotate({turn})"/>'
        for dx, dy, turn in where
    )
    return put(f'<g fill="{colour}">{drops}</g>', x, y, scale=scale)


def book(x: float, y: float, *, scale: float = 1) -> str:
    """An open book lying on a table; (x, y) is the middle of its foot."""
    lines = "".join(f"M-84 {-20 + i * 8}q34-7 66-2M18 {-22 + i * 8}q34-5 66 2" for i in range(2))
    return put(
        '<ellipse cx="0" cy="2" rx="116" ry="7" fill="#000" opacity=".2"/>'
        '<path d="M-108-2c36-14 80-12 108 2 28-14 72-16 108-2l-8-34c-34-12-74-8-100 6-26-14-66-18'
        '-100-6z" fill="#8a3b2a"/>'
        '<path d="M-102-8c34-12 76-10 102 4 26-14 68-16 102-4l-8-32c-32-10-70-6-94 8-24-14-62-18'
        '-94-8z" fill="#fff6e2"/><path d="M0-4v-28" stroke="#d9c7a4" stroke-width="3"/>'
        f'<path d="{lines}" fill="none" stroke="#c9b48f" stroke-width="2.5" '
        'stroke-linecap="round"/>',
        x, y, scale=scale,
    )  # fmt: skip


def brush(x: float, y: float, *, scale: float = 1, turn: float = 0) -> str:
    """A shoe brush, bristles down; (x, y) is the middle of its foot."""
    hairs = "".join(f"M{i} -30l{(i % 3) - 1} 30" for i in range(-78, 79, 6))
    return put(
        f'<path d="{hairs}" stroke="#3f2c20" stroke-width="5" stroke-linecap="round"/>'
        '<path d="M-96-38c0-30 40-44 96-44s96 14 96 44c0 8-6 12-14 12H-82c-8 0-14-4-14-12z" '
        'fill="#b0713f"/><path d="M-96-38c0 8 6 12 14 12H82c8 0 14-4 14-12z" fill="#8d5529"/>'
        '<path d="M-66-56c24-12 60-14 92-12" fill="none" stroke="#dca874" stroke-width="6" '
        'stroke-linecap="round" opacity=".8"/>',
        x, y, scale=scale, turn=turn,
    )  # fmt: skip


def tin(x: float, y: float, *, scale: float = 1) -> str:
    """A flat tin of balm with its lid leaning on it; (x, y) is the middle of its foot."""
    return put(
        '<ellipse cx="0" cy="0" rx="78" ry="9" fill="#000" opacity=".14"/>'
        '<path d="M-66-44v34c0 8 30 14 66 14s66-6 66-14v-34z" fill="#2f6f73"/>'
        '<path d="M-66-26c0 8 30 14 66 14s66-6 66-14" fill="none" stroke="#f4c95d" '
        'stroke-width="5"/><ellipse cy="-44" rx="66" ry="14" fill="#d8c08d"/>'
        '<ellipse cy="-44" rx="57" ry="10.5" fill="#f7e6ba"/>'
        '<path d="M-30-46c16-8 44-6 56 2" fill="none" stroke="#e5cb8c" stroke-width="5" '
        'stroke-linecap="round"/>'
        '<g transform="translate(84 -38) rotate(14)"><ellipse rx="22" ry="40" fill="#1f5157"/>'
        '<ellipse cx="-5" rx="19" ry="36" fill="#3f858a"/>'
        '<circle cx="-6" r="11" fill="#f4c95d"/></g>',
        x, y, scale=scale,
    )  # fmt: skip


def steam(x: float, y: float, colour: str, *, scale: float = 1) -> str:
    return put(
        f'<g fill="none" stroke="{colour}" stroke-width="6" stroke-linecap="round" opacity=".6">'
        '<path d="M-20 0c-14-16 12-26 0-46M4-6c-14-16 12-26 0-46M28 0c-14-16 12-26 0-46"/></g>',
        x, y, scale=scale,
    )  # fmt: skip


def sprig(x: float, y: float, *, scale: float = 1, turn: float = 0, leaf: str = "#7f9a63") -> str:
    """A twig with leaves, growing up from (x, y)."""
    leaves = "".join(
        f'<path d="M0 {-at}c{side * 10}-16 {side * 32}-20 {side * 44}-14 '
        f'{-side * 4} 14 {-side * 24} 22 {-side * 44} 14z"/>'
        for at, side in ((30, 1), (46, -1), (72, 1), (90, -1), (114, 1), (128, -1))
    )
    return put(
        f'<path d="M0 0c4-50-4-90 2-150" fill="none" stroke="#5f7a49" stroke-width="5" '
        f'stroke-linecap="round"/><g fill="{leaf}">{leaves}</g>'
        f'<path d="M2-146c-10-12-8-28 2-36 10 10 10 24-2 36z" fill="{leaf}"/>',
        x, y, scale=scale, turn=turn,
    )  # fmt: skip


def arrow(x: float, y: float, fill: str, ink: str) -> str:
    """A round button with an arrow, for strips too low for a pill."""
    return (
        f'<circle cx="{x}" cy="{y}" r="22" fill="{fill}"/><path d="M{x - 10} {y}h20m-8-8l8 8-8 8" '
        f'stroke="{ink}" stroke-width="4" fill="none" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
    )


def rail(x: float, y: float, width: float) -> str:
    """A kitchen rail with a ladle, a whisk and a spatula."""
    hook = '<path d="M0-2v14" stroke="#8c5a34" stroke-width="4"/>'
    ladle = hook + (
        '<path d="M0 10v78" stroke="#5b3a22" stroke-width="7" stroke-linecap="round"/>'
        '<path d="M-22 86h44c0 18-10 28-22 28s-22-10-22-28z" fill="#8f9ba3"/>'
    )
    whisk = hook + (
        '<path d="M0 10v44" stroke="#5b3a22" stroke-width="8" stroke-linecap="round"/>'
        '<g fill="none" stroke="#8f9ba3" stroke-width="3.5"><path d="M0 54c-34 34-20 68 0 68s34'
        '-34 0-68zM0 54c-16 34-8 68 0 68s16-34 0-68z"/></g>'
    )
    turner = hook + (
        '<path d="M0 10v60" stroke="#5b3a22" stroke-width="7" stroke-linecap="round"/>'
        '<path d="M-17 68h34l4 44h-42z" fill="#c8935f"/><path d="M-6 78v24M6 78v24" '
        'stroke="#8c5a34" stroke-width="4" stroke-linecap="round"/>'
    )
    things = "".join(
        put(thing, x + width * share, y + 6)
        for thing, share in ((ladle, 0.16), (whisk, 0.5), (turner, 0.84))
    )
    return (
        f'<rect x="{x}" y="{y - 4}" width="{width}" height="8" rx="4" fill="#a86b3f"/>'
        f'<circle cx="{x}" cy="{y}" r="8" fill="#8c5a34"/>'
        f'<circle cx="{x + width}" cy="{y}" r="8" fill="#8c5a34"/>{things}'
    )
