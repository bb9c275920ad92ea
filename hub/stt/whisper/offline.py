"""Imported before pywhispercpp: keeps out the library with which it would download a model (16 MB of memory, too)."""

import sys
from types import ModuleType

sys.modules.setdefault("requests", ModuleType("requests"))
