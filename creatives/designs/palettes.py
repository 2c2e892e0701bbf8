"""The palettes that designs offer; a test holds every text and its ground to a contrast of 4.5."""

from django.utils.translation import gettext_lazy as _

from creatives.designs.model import Palette

PAPER = Palette(
    "paper", _("Paper"),
    ground="#faf6ef", ink="#211c15", quiet="#5f564a", accent="#211c15", on_accent="#faf6ef",
    pop="#b3261e", on_pop="#ffffff", panel="#efe6d8", rule="#cbbda6",
)  # fmt: skip
NIGHT = Palette(
    "night", _("Night"),
    ground="#14203a", ink="#ffffff", quiet="#c9d3e6", accent="#ffb627", on_accent="#1b1403",
    pop="#ffb627", on_pop="#1b1403", panel="#1f2f52", rule="#3d5182",
)  # fmt: skip
CLAY = Palette(
    "clay", _("Clay"),
    ground="#8a3622", ink="#fff6ea", quiet="#ffe0cb", accent="#ffe3b3", on_accent="#4d1a0c",
    pop="#ffe3b3", on_pop="#4d1a0c", panel="#a2472f", rule="#c4694c",
)  # fmt: skip
FOREST = Palette(
    "forest", _("Forest"),
    ground="#1d3d31", ink="#f7f5ea", quiet="#cfdfd2", accent="#f2c14e", on_accent="#22200a",
    pop="#f2c14e", on_pop="#22200a", panel="#285142", rule="#4a7562",
)  # fmt: skip
SAND = Palette(
    "sand", _("Sand"),
    ground="#f1dfc3", ink="#3a2813", quiet="#684e2e", accent="#9a3b14", on_accent="#ffffff",
    pop="#9a3b14", on_pop="#ffffff", panel="#e5cba3", rule="#c9a875",
)  # fmt: skip
ROSE = Palette(
    "rose", _("Rose"),
    ground="#fbe6e6", ink="#551029", quiet="#7b3850", accent="#b0123f", on_accent="#ffffff",
    pop="#b0123f", on_pop="#ffffff", panel="#f5cfd2", rule="#e0a2ab",
)  # fmt: skip
SKY = Palette(
    "sky", _("Sky"),
    ground="#e1eefa", ink="#0e2b47", quiet="#3c5873", accent="#0b57a4", on_accent="#ffffff",
    pop="#c2330f", on_pop="#ffffff", panel="#c7ddf2", rule="#9cbfe0",
)  # fmt: skip
SIGNAL = Palette(
    "signal", _("Signal"),
    ground="#c4122d", ink="#ffffff", quiet="#ffe7e6", accent="#ffe14a", on_accent="#330006",
    pop="#ffe14a", on_pop="#330006", panel="#a50d24", rule="#e2566a",
)  # fmt: skip
MONO = Palette(
    "mono", _("Black and white"),
    ground="#ffffff", ink="#121212", quiet="#555555", accent="#121212", on_accent="#ffffff",
    pop="#d11a1a", on_pop="#ffffff", panel="#f2f2f0", rule="#d6d6d2",
)  # fmt: skip

PALETTES = (PAPER, NIGHT, CLAY, FOREST, SAND, ROSE, SKY, SIGNAL, MONO)
