"""What this machine has."""

from __future__ import annotations

import os


def memory_bytes() -> int:
    """Of working memory, all of it."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
