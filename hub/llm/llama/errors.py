"""What goes wrong in the engine, by codes of docs/errors.md."""

from __future__ import annotations

from wire.errors import EarshotError


class LlamaFailed(EarshotError): ...
