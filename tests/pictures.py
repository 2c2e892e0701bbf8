"""The pictures of the demo's banners, encoded once for a run of tests.

Each takes a process of its own for a third of a second, and every seed of a demo site has forty.
"""

from functools import lru_cache

import pytest

from creatives import uploads

accept_once = lru_cache(maxsize=64)(uploads.accept)


def encode_once(patch: pytest.MonkeyPatch) -> None:
    """Let what is taken in twice be encoded once."""
    patch.setattr(uploads, "accept", accept_once)
