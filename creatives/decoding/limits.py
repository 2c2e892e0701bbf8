"""How large a file may be, and what decoding it may cost."""

from typing import Final

MEBIBYTE: Final = 1024 * 1024

MAX_PIXELS: Final = 16_800_000
"""4096 × 4096 and a little; as RGBA 67 MB in memory."""
MAX_FRAMES: Final = 300
MAX_ANIMATION_PIXELS: Final = 30_000_000
"""All frames together. Measured: 1.6 s as WebP and 6.6 s as GIF on one core."""
MAX_FILM_SECONDS: Final = 15
MAX_FILM_FRAMES: Final = MAX_FILM_SECONDS * 120
"""No screen of a shopper shows more in a second."""

MEMORY: Final = 512 * MEBIBYTE
"""Address space of a child. The largest picture takes about half of it (`docs/uploads.md`)."""
CPU_SECONDS: Final = 20
WALL_SECONDS: Final = 60
"""On a machine that has other things to do."""
GRACE_SECONDS: Final = 5
"""So much later a child is killed that does not heed its own alarm."""
AT_ONCE: Final = 2
"""Children of one process at the same time: their memory adds up."""
