"""The pauses that Python itself makes, kept away from shoppers.

A full garbage collection walks through everything that lives: with a thousand experiments 65 ms in
which nobody gets an answer. A snapshot is immutable and without cycles, so nothing of it is ever
found that way. And while a thread makes one ready, the loop asks for its turn every 5 ms.
"""

import gc
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

SWITCH_SECONDS = 0.0005

_Arguments = ParamSpec("_Arguments")
_Made = TypeVar("_Made")


def shorten() -> None:
    """Let the loop have its turn sooner while another thread works. For the whole process."""
    sys.setswitchinterval(SWITCH_SECONDS)


def lasting(
    make: Callable[_Arguments, _Made], *arguments: _Arguments.args, **named: _Arguments.kwargs
) -> _Made:
    """Make something that no collection will walk through; without references it still goes.

    Everything else that is there stays too. So what is garbage goes first, which takes no time once
    the snapshot before is out of the way.
    """
    gc.collect()
    gc.disable()
    try:
        return make(*arguments, **named)
    finally:
        gc.freeze()
        gc.enable()
