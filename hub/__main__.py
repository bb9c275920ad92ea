"""``python -m hub``: the same as ``earshot``."""

import sys

from hub.cli import main

sys.exit(main())
