"""Python imports this at its start in every child of a test (it is on their PYTHONPATH): the network guard for them."""

import importlib.util
import os
from pathlib import Path

_setting = os.environ.get("EARSHOT_TEST_NETWORK")
if _setting:
    _spec = importlib.util.spec_from_file_location("_earshot_guard", Path(__file__).parent.parent / "network.py")
    assert _spec is not None
    assert _spec.loader is not None
    _guard = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_guard)
    _namespace, _record = _setting.split(";", 1)
    _guard.install(_namespace, Path(_record))
