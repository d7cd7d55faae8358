"""How many cores other work leaves free."""

from __future__ import annotations

import time
from dataclasses import dataclass

__all__ = ["Glance", "free_cores"]

_SAMPLE = 0.1


@dataclass(frozen=True, slots=True)
class Glance:
    """The idle time of this process's cores up to a moment.

    Attributes
    ----------
    at : float
        Seconds of the monotonic clock.
    idle : float
        Seconds that the cores this process may use have idled, summed over them.
    """

    at: float
    idle: float

    @classmethod
    def take(cls) -> Glance:
        """Look now."""
        import psutil

        times = psutil.cpu_times(percpu=True)
        affinity = getattr(psutil.Process(), "cpu_affinity", None)
        mine = set(affinity()) if affinity else set(range(len(times)))
        idle = sum(one.idle + getattr(one, "iowait", 0.0) for core, one in enumerate(times) if core in mine)
        return cls(time.monotonic(), idle)

    def idled(self, since: Glance) -> float:
        """Return how many cores idled on average between an earlier glance and this one."""
        return (self.idle - since.idle) / max(self.at - since.at, 1e-9)


def free_cores() -> int:
    """Return how many cores idle now, at least 1; takes a tenth of a second.

    Cores that a container or an affinity mask withholds do not count.
    """
    # joblib reads the quotas of cgroups, which the operating system's own count leaves out
    import joblib

    allowed: int = joblib.cpu_count()
    before = Glance.take()
    time.sleep(_SAMPLE)
    return max(1, min(round(Glance.take().idled(before)), allowed))
