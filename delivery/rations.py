"""How much a process keeps of what it refuses."""

from dataclasses import dataclass, field

from delivery.settling import MOST_KEPT

_HOUR_MS = 3_600_000


@dataclass(slots=True)
class Ration:
    """How many payloads this process has kept of each site in this hour."""

    most: int = MOST_KEPT
    _hour: int = 0
    _kept: dict[int, int] = field(default_factory=dict, repr=False)

    def takes(self, site_id: int, *, now_ms: int) -> bool:
        """Whether there is room for one more."""
        hour = now_ms // _HOUR_MS
        if hour != self._hour:
            self._hour, self._kept = hour, {}
        kept = self._kept.get(site_id, 0)
        self._kept[site_id] = kept + 1
        return kept < self.most
