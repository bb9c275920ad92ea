"""Pictures of what benches measured, drawn by matplotlib, which only the developers' group has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wire.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def empty(size_inches: tuple[float, float]) -> Figure:
    """Raises ConfigError (bench-tool-missing)."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # heavy, and of the developers' group
    except ImportError as error:
        raise ConfigError(
            "bench-tool-missing", "matplotlib draws the picture; install the dev dependency group"
        ) from error
    return Figure(figsize=size_inches, layout="constrained")


def save(figure: Figure, picture: Path) -> None:
    """Its form is the suffix's; the same figures give the same file."""
    figure.savefig(picture, metadata={"Date": None} if picture.suffix == ".svg" else None)
