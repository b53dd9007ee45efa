"""How long tests wait for what must come. Nothing is measured by it: only a test that fails waits so long."""

from __future__ import annotations

#: Seconds. A machine that does much else at once is slow by tens of times; what never comes is told all the same.
PATIENCE_S = 60.0
