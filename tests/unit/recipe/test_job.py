"""A recogniser's training ends with its file and card, wherever it was stopped before, and makes nothing twice."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from onnx import TensorProto, helper

pytest.importorskip("wordfreq", reason="only training needs it: scripts/setup --train")

from hub.recipe.card import Card
from hub.recipe.job import Order, Training
from hub.recipe.size import Size
from hub.recipe.tasks import FEATURES, Features, Listening, Speech
from models.recogniser.confidence import Calibration
from models.recogniser.looks import LOOKS, UNLEARNED, told
from models.recogniser.network import PhoneNetwork
from models.recogniser.second import SecondNetwork
from models.recogniser.training.calibration import FALSE_ACCEPTS, Tried
from models.recogniser.training.corpus import Clip, Corpus
from models.recogniser.training.features import Example, FeatureShelf
from models.recogniser.training.lesson import Learned
from models.wake.training.errors import TrainingRefused, TrainingStopped
from models.wake.training.progress import Progress
from wire.errors import ConfigError

TINY = Size("tiny", hours=0.3, held_out=2, house=1, copies=2, steps=10, tried=30, both_steps=4)
_OTHERS = (0.5,) * (len(Calibration().weights) - 2)  # values of the evidence that tell nothing
SPEECH, HEARD, TRIED = 3 + 2 + 1 + 1, 3 * 2 + 2 * 2, 4 * 2


@dataclass
class Workshop:
    """Makes in no time what processes make in hours, and a head that says how it was taught."""

    folder: Path
    made: Counter[type] = field(default_factory=Counter)
    steps: int = 0
    begun: list[object] = field(default_factory=list)  # what each lesson began with

    def hands(self, tasks, jobs, begin, done, check) -> None:
        for task in tasks:
            self._make(task)
            self.made[type(task)] += 1
            done(task)
            check()

    def _make(self, task: object) -> None:
        match task:
            case Speech(part, shard):
                clip = Clip("lights on", f"espeak-ng {shard}", (1, 2), np.ones(16_000, np.int16))
                Corpus(self.folder).put(part, shard, [clip, replace(clip, voice="flite slt")])
            case Features(part, shard, copy):
                seen = Example(
                    np.zeros((50, 480), np.float16), np.array([1, 2], np.int16), np.zeros((200, 32), np.float16)
                )
                FeatureShelf(self.folder / FEATURES).put(part, shard, copy, [seen])
            case Listening(part, results=results):
                right = part == "house"
                tried = [_tried(number, right=right) for number in range(20)]
                results.parent.mkdir(exist_ok=True)
                results.write_bytes(msgspec.json.encode(tried))

    def teach(self, lesson, alphabet, told) -> Learned:
        self.begun.append(lesson.known or (lesson.first and lesson.first.name))
        checkpoint = lesson.checkpoint
        checkpoint.parent.mkdir(exist_ok=True)
        begun = int(checkpoint.read_text()) if checkpoint.is_file() else 0
        for step in range(begun, lesson.steps):
            checkpoint.write_text(str(step + 1))
            self.steps += 1
            told(step + 1, 1 / (step + 1))
        hours = len(lesson.train) * 0.1
        models = [_model(), _second_model(_model())] if lesson.first or lesson.known else [_model()]
        return Learned(models, hours, [dict.fromkeys(lesson.judged, 0.5 * hours**-0.2)] * len(models))


def _tried(number: int, *, right: bool) -> list[Tried]:
    """By the search that goes along, and by all looks, who agree."""
    evidence = float(right) + number / 100, *_OTHERS
    return [Tried(evidence, right), *[Tried((*evidence, 1.0), right)] * len(LOOKS)]


def _model() -> bytes:
    """As PhoneNetwork reads it."""
    given = {"hears/mel": [1, "frames", 32], "hears/past": [1, 8], "past": [1, 8]}
    made = {"likelihoods": [1, 8], "hears/next": [1, 8], "next": [1, 8], "known": [1, 8], "hears/taps": [1, 480]}
    inputs, outputs = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in ends.items()]
        for ends in (given, made)
    )
    nodes = [helper.make_node("Identity", ["past"], [name]) for name in list(made)[:-1]]
    nodes.append(helper.make_node("Concat", ["past"] * 60, ["hears/taps"], axis=1))
    model = helper.make_model(
        helper.make_graph(nodes, "phones", inputs, outputs), opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    told = {
        "language": "en",
        "accents": [],
        "spelling": {},
        "phones": list("abcdefg"),
        "calibration": {"weights": list(Calibration().weights)},
    }
    helper.set_model_props(model, {key: one if isinstance(one, str) else json.dumps(one) for key, one in told.items()})
    return model.SerializeToString()


def _second_model(first: bytes) -> bytes:
    """As SecondNetwork reads it."""
    known = helper.make_tensor_value_info("known", TensorProto.FLOAT, ["rows", 8])
    likelihoods = helper.make_tensor_value_info("likelihoods", TensorProto.FLOAT, ["rows", 8])
    node = helper.make_node("Identity", ["known"], ["likelihoods"])
    taps = helper.make_tensor_value_info("taps", TensorProto.FLOAT, ["rows", 480])
    graph = helper.make_graph([node], "second", [taps, known], [likelihoods])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, told(sha256(first).hexdigest(), UNLEARNED))
    return model.SerializeToString()


def _training(
    shop: Workshop,
    order: Order | None = None,
    *,
    told: Callable[[Progress], None] = lambda _: None,
    pieces: int = 10_000,
) -> Training:
    """pieces: after so many it is stopped."""
    left = iter(range(pieces))
    return Training(
        order or Order("en", TINY, jobs=1),
        shop.folder,
        shop.folder / "cache",
        hands=shop.hands,
        teach=shop.teach,
        told=told,
        stopped=lambda: next(left, None) is None,
        clock=iter(range(10**6)).__next__,
        now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "en")


def test_the_file_loads_and_the_card_tells_of_it(shop):
    card = _training(shop).run()
    second = SecondNetwork(shop.folder / "second.onnx", PhoneNetwork(shop.folder / "recogniser.onnx"))
    assert second.again.accept == pytest.approx(card.accept, abs=1e-4)
    assert [replace(look, weights=()) for look in second.again.looks] == list(LOOKS)
    assert json.loads((shop.folder / "recogniser.json").read_bytes())["key"] == card.key
    assert (card.language, card.size, card.copies, card.steps, card.both_steps) == ("en", "tiny", 2, 10, 4)
    assert card.voices == {"espeak-ng": 3, "flite slt": 3}
    assert card.hours_learned == pytest.approx(0.6)
    assert set(card.phone_errors) == set(card.second_phone_errors) == {"at home", "as recorded"}
    assert (card.clips_inside, card.clips_outside) == (40, 120)
    assert card.rates.right == 1
    assert card.rates.false_accepts <= FALSE_ACCEPTS
    assert card.date == "2026-01-02T03:04:05+00:00"
    assert shop.made == {Speech: SPEECH, Features: HEARD, Listening: TRIED}
    assert shop.steps == 10 + 4


def test_a_second_run_makes_nothing_and_tells_the_same(shop):
    first = _training(shop).run()
    again = Workshop(shop.folder)
    assert _training(again).run() == first
    assert not again.made
    assert not again.steps


@pytest.mark.parametrize("pieces", [1, 5, 12, 14, 30, 36, 45, 56])
def test_a_stopped_training_goes_on_and_makes_nothing_twice(shop, tmp_path, pieces):
    with pytest.raises(TrainingStopped):
        _training(shop, pieces=pieces).run()
    assert not (shop.folder / "recogniser.onnx").exists()
    card = _training(shop).run()
    assert shop.made == {Speech: SPEECH, Features: HEARD, Listening: TRIED}
    assert shop.steps == 10 + 4
    whole = _training(Workshop(tmp_path / "whole")).run()
    assert _timeless(card) == _timeless(whole)


def _timeless(card: Card) -> Card:
    return msgspec.structs.replace(card, seconds=0)


def test_it_tells_each_stage_and_the_time_left(shop):
    told: list[Progress] = []
    _training(shop, told=told.append).run()
    last = {one.stage.partition(",")[0]: one for one in told}
    assert {stage: one.total for stage, one in last.items()} == {
        "speech": SPEECH,
        "features": HEARD,
        "learning": 10,
        "learning both looks": 4,
        "listening": TRIED,
    }
    assert all(one.done == one.total for one in last.values())
    assert told[-1].seconds_left == pytest.approx(0)


def test_another_seed_or_language_does_not_mix_with_what_is_there(shop):
    _training(shop).run()
    for other in (Order("en", TINY, seed=2, jobs=1), Order("de", TINY, jobs=1)):
        with pytest.raises(TrainingRefused) as refused:
            _training(shop, other).run()
        assert refused.value.code == "stt-training-other"
    assert _training(shop, Order("en", TINY, seed=2, jobs=1, fresh=True)).run().seed == 2


def test_what_another_language_knows_is_learned_from_and_told(shop):
    """Another beginning is another training, whose speech and features are the same."""
    _training(shop).run()
    known = b"another's", b"its second"
    card = _training(shop, Order("en", TINY, jobs=1, known=known)).run()
    assert card.known_sha256 == sha256(known[1]).hexdigest()
    of_nothing, of_the_first_head, of_another = shop.begun
    assert (of_nothing, of_another) == (None, known)
    assert of_the_first_head.endswith(".onnx")
    assert shop.made[Speech] == SPEECH
    assert (card.steps, card.both_steps) == (0, 4)
    assert shop.steps == 10 + 4 + 4


def test_fresh_removes_only_what_a_training_made(shop):
    _training(shop).run()
    (shop.folder / "photographs.npz").write_bytes(b"mine")
    _training(shop, Order("en", TINY, jobs=1, fresh=True)).run()
    assert shop.made[Speech] == 2 * SPEECH
    assert (shop.folder / "photographs.npz").read_bytes() == b"mine"


def test_more_hours_need_only_what_is_new(shop):
    _training(shop).run()
    _training(shop, Order("en", replace(TINY, hours=0.4), jobs=1)).run()
    assert shop.made[Speech] == SPEECH + 1
    assert shop.made[Features] == HEARD + 2
    assert shop.steps == 2 * (10 + 4)


def test_more_steps_of_both_looks_need_no_other_first_head(shop):
    cards = [_training(shop, Order("en", replace(TINY, both_steps=steps), jobs=1)).run() for steps in (4, 6)]
    assert [card.both_steps for card in cards] == [4, 6]
    assert shop.steps == 10 + 4 + 6
    assert shop.begun[1] == shop.begun[2]


def test_a_damaged_shard_is_made_again(shop):
    with pytest.raises(TrainingStopped):
        _training(shop, pieces=12).run()
    (shop.folder / "train-0001.npz").write_bytes(b"broken")
    _training(shop).run()
    assert PhoneNetwork(shop.folder / "recogniser.onnx")
    assert shop.made[Speech] == SPEECH + 1


def test_a_shard_of_something_else_is_named(shop):
    with pytest.raises(TrainingStopped):
        _training(shop, pieces=20).run()
    np.savez(shop.folder / "train-0001.npz", pictures=np.zeros(3))
    with pytest.raises(TrainingRefused, match="train-0001") as refused:
        _training(shop).run()
    assert refused.value.code == "stt-training-damaged"


def test_a_disk_without_room_is_named_before_work_begins(shop, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 << 20))
    with pytest.raises(TrainingRefused, match="GiB left") as refused:
        _training(shop).run()
    assert refused.value.code == "stt-training-disk"
    assert not shop.made


def test_features_that_no_memory_holds_are_refused_before_work_begins(shop, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 60))
    with pytest.raises(TrainingRefused) as refused:
        _training(shop, Order("en", replace(TINY, hours=100_000.0), jobs=1)).run()
    assert refused.value.code == "stt-training-memory"


def test_a_folder_that_cannot_be_made_is_named(shop):
    shop.folder.parent.mkdir(exist_ok=True)
    shop.folder.write_text("a file")
    with pytest.raises(TrainingRefused) as refused:
        _training(shop).run()
    assert refused.value.code == "stt-training-disk"


def test_a_language_without_sounds_is_refused(shop):
    with pytest.raises(ConfigError) as refused:
        _training(shop, Order("tlh", TINY))
    assert refused.value.code == "stt-training-language"


def test_the_curve_learns_from_ever_more_and_goes_on(shop):
    with pytest.raises(TrainingRefused) as refused:
        _training(shop).curve()
    assert refused.value.code == "stt-training-empty"
    order = Order("en", replace(TINY, hours=0.8), jobs=1)
    _training(shop, order).run()
    shop.steps = 0
    with pytest.raises(TrainingStopped):
        _training(shop, order, pieces=25).curve()
    points = _training(shop, order).curve()
    assert shop.steps == 3 * 10  # the head of all of it has learned already
    assert [one.hours for one in points] == [0.1, 0.2, 0.4, 0.8]
    errors = [one.phone_errors["at home"] for one in points]
    assert errors == sorted(errors, reverse=True)
    assert _training(shop, order).curve() == points
    assert shop.steps == 3 * 10
