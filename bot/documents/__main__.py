"""`python -m bot.documents`: one paper on standard input (a pickle of our own parent process), its file on standard
output. A process for each paper, so that the guichet itself never loads the layout library; nothing touches a disk.
"""

from __future__ import annotations

import pickle
import sys

from bot.documents.draw import drawn


def main() -> int:
    """Draw one paper."""
    sys.stdout.buffer.write(drawn(pickle.load(sys.stdin.buffer)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
