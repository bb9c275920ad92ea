"""Which of the models that are here a stage takes: the one that the household names, or the best that fits this box."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.machine import board, memory_bytes
from models.store.catalogue import Catalogue, Model, Stage
from models.store.errors import StoreRefused
from models.store.folder import Store
from wire.places import Places

MODELS_FOLDER, OWN_CATALOGUE = "models", "models.toml"  # of var, of etc
NONE = "none"
_ROOM_MB = 600  # for the hub, the embedded engines and the system
_STAYS_LOADED = 4  # times its memory that a box must have


@dataclass(frozen=True, slots=True)
class Choice:
    """folder: with the model's files."""

    model: Model
    folder: Path
    memory_mb: int

    def file(self, suffix: str) -> Path:
        """The model's one file of a kind. Raises StoreRefused (model-damaged)."""
        for file in self.model.file:
            if file.path.endswith(suffix):
                return self.folder / file.path
        raise StoreRefused("model-damaged", f"{self.model.name} has no {suffix} file; take another model")

    @property
    def stays_loaded(self) -> bool:
        """There is memory for it while nobody needs it."""
        return self.memory_mb >= _STAYS_LOADED * self.model.ram_mb


def chosen(stage: Stage, wanted: str, language: str, where: Places) -> Choice | None:
    """wanted: a model's name, ``none``, or empty for the largest that fits. Blocks on the disk.

    Raises StoreRefused (model-unknown, model-missing, model-unfit, catalogue-invalid).
    """
    if wanted == NONE:
        return None
    store = Store(where.var / MODELS_FOLDER)
    memory_mb = memory_bytes() >> 20
    model = _named(store, where, stage, wanted) if wanted else _best(store, where, stage, language, memory_mb)
    return Choice(model, store.path / model.name, memory_mb) if model else None


def _named(store: Store, where: Places, stage: Stage, wanted: str) -> Model:
    model = Catalogue.load(where.etc / OWN_CATALOGUE).get(wanted)
    if model.stage != stage:
        raise StoreRefused("model-unfit", f"{wanted} is for {model.stage}; `earshot models list --stage {stage}`")
    store.get(wanted)
    return model


def _best(store: Store, where: Places, stage: Stage, language: str, memory_mb: int) -> Model | None:
    """Of those for this language: for this board, with room in its memory; then the largest, the one for it alone."""
    here = {one.name for one in store.installed()}
    if not here:
        return None
    this = board()
    fit = [
        model
        for model in Catalogue.load(where.etc / OWN_CATALOGUE).some(stage, language)
        if model.name in here and model.ram_mb + _ROOM_MB <= memory_mb and (this == "other" or this in model.boards)
    ]
    return max(fit, key=lambda model: (model.ram_mb, "*" not in model.languages, model.bytes), default=None)
