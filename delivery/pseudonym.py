"""From the id a shop sends to the only name of a visitor that is ever stored."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

LENGTH = 16


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """A chain of keys, the oldest first.

    A rotation adds a key at the end and rewrites every stored P to HMAC(new key, P); new ids go
    through the whole chain and meet the rewritten ones there.
    """

    keys: Sequence[bytes]

    def of(self, site_id: int, raw: str) -> bytes:
        """The 16 bytes that stand for a raw id on one site.

        Example:
            >>> Pseudonyms((b"key",)).of(1, "u-42").hex()
            '9c66fe019e3438dcedda118d811e0ba2'
        """
        name = f"{site_id}:{raw}".encode("utf-8", "surrogatepass")
        for key in self.keys:
            name = hmac.digest(key, name, "sha256")[:LENGTH]
        return name
