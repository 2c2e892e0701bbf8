"""What was learned of a version's file when it was decoded: measured once, read by the checks."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """Measurements of a picture or film.

    Attributes:
        look: Difference hash of the picture, 16 hexadecimal digits; look-alikes differ in few bits.
        grid: Darkest and lightest relative luminance (WCAG, 0 to 1) in each cell of an 8 × 8 grid,
            row by row; empty where it was not measured.
        fine: Share of the fine detail that is lost at 360 CSS pixels, 0 to 1.
        loops: How often an animation plays; 0 is for ever, 1 for what stands still.
        sound: Whether a film came with a sound track; what is served of it is silent.
        contrast: For composed banners, the worst contrast of each text over what lies behind it.
        overflow: For composed banners, texts that do not fit, by `size` such as "300x250"; None
            where nobody could look (no Chromium).
        unsaid: Of composed banners with several pictures, those without an alternative text, such
            as "zh-Hans.image2".
        moving: Pictures of composed banners that are animations, such as "image".
    """

    look: str = ""
    grid: tuple[tuple[float, float], ...] = ()
    fine: float = 0.0
    loops: int = 1
    sound: bool = False
    contrast: dict[str, float] | None = None
    overflow: dict[str, list[str]] | None = None
    unsaid: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        """As JSON for `Version.facts`."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Facts":
        """From `Version.facts`; what an older measurement did not know keeps its default."""
        known = {field.name for field in fields(cls)}
        found = {name: value for name, value in kept.items() if name in known}
        found["grid"] = tuple((low, high) for low, high in kept.get("grid", ()))
        found |= {name: tuple(kept.get(name, ())) for name in ("unsaid", "moving")}
        return cls(**found)
