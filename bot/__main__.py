"""`python -m bot …` is the same as `guichet …`."""

import sys

from bot.cli import main

sys.exit(main())
