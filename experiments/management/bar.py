"""A progress bar on the standard error of a command; a line now and then where nobody watches."""

import time
from typing import TextIO

WIDTH = 30
REDRAW_SECONDS = 0.2
LINE_SECONDS = 5.0


class Bar:
    """Call it with the name of a step and how much of it is done, 0 to 1."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._watched = out.isatty()
        self._drawn = 0.0
        self._step = ""
        self._ended = False

    def __call__(self, step: str, share: float) -> None:
        """Draw, unless that was just done; the begin and the end of a step are, once."""
        passed = time.monotonic() - self._drawn
        wait = REDRAW_SECONDS if self._watched else LINE_SECONDS
        if step == self._step and (self._ended or (share < 1 and passed < wait)):
            return
        self._step, self._drawn, self._ended = step, time.monotonic(), share >= 1
        done = round(share * WIDTH)
        bar = f"{step:<10} [{'#' * done}{'.' * (WIDTH - done)}] {share:4.0%}"
        end = "\n" if share >= 1 or not self._watched else ""
        self._out.write(f"\r{bar}{end}" if self._watched else f"{bar}\n")
        self._out.flush()
