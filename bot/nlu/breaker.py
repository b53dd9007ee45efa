"""When to stop asking a service that does not answer, and when to ask again.

Pure: every method takes `now_s`, seconds on a monotonic clock, so a test never waits.
"""

from dataclasses import dataclass, field

#: Failures in a row before the breaker opens (reliability.md F01).
OPENS_AFTER = 5

#: First wait before a probe. Short, because a service that restarts is back within seconds.
FIRST_WAIT_S = 1.0

#: Longest wait before a probe: a service that came back is used again well within 30 s (F02).
LONGEST_WAIT_S = 15.0


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Counts failures in a row; open, it lets one probe through at a time."""

    failures: int = 0
    wait_s: float = FIRST_WAIT_S
    probe_at_s: float = field(default=0.0)
    probing: bool = False

    @property
    def is_open(self) -> bool:
        """Whether calls are being refused, except for the probes."""
        return self.failures >= OPENS_AFTER

    def allows(self, now_s: float) -> bool:
        """Say whether to call now; an allowed call while open is the probe, and must be reported."""
        if not self.is_open:
            return True
        if self.probing or now_s < self.probe_at_s:
            return False
        self.probing = True
        return True

    def succeeded(self) -> None:
        """Close: the service answered properly."""
        self.failures = 0
        self.wait_s = FIRST_WAIT_S
        self.probing = False

    def failed(self, now_s: float) -> None:
        """Count a failure; a failed probe doubles the wait, up to `LONGEST_WAIT_S`."""
        was_probe = self.probing
        was_open = self.is_open
        self.failures += 1
        self.probing = False
        if not self.is_open:
            return
        if was_probe:
            self.wait_s = min(self.wait_s * 2, LONGEST_WAIT_S)
        if was_probe or not was_open:
            self.probe_at_s = now_s + self.wait_s

    def abandoned(self) -> None:
        """Forget a call that was cancelled by our own side: it says nothing about the service."""
        self.probing = False
