"""Imported before all else by programs that encrypt nothing: keeps out what other modules would load, 11 MB of memory.

Without OpenSSL (8 MB) asyncio has no TLS and hashlib its own SHA-256. The package wyoming
reads its version out of its metadata (3 MB for the parser of e-mail headers), which nobody asks for.
"""

import sys
from types import ModuleType

_version = ModuleType("wyoming.version")
vars(_version)["__version__"] = "unread"
for name, module in (("ssl", None), ("_hashlib", None), ("wyoming.version", _version)):
    sys.modules.setdefault(name, module)  # type: ignore[arg-type]  # None: cannot be imported
