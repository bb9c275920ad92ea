"""The head learns what it is shown, and learns the same when it is stopped on the way."""

from __future__ import annotations

import itertools
from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training is not installed")

from models.recogniser.phones import alphabet  # noqa: E402
from models.recogniser.training import learning  # noqa: E402
from models.recogniser.training.beginning import begun, grown, joined  # noqa: E402
from models.recogniser.training.features import Example  # noqa: E402
from models.recogniser.training.head import Head, Size  # noqa: E402
from models.recogniser.training.learning import (  # noqa: E402
    Learning,
    Stand,
    ctc,
    phone_errors,
)
from models.recogniser.training.lesson import Shape  # noqa: E402
from models.recogniser.training.second_head import BothLooks  # noqa: E402
from models.recogniser.training.teaching import sounds_alike  # noqa: E402
from tests.unit.models.recogniser.networks import tap_network  # noqa: E402

SIZE = Size(6, width=24, recurrent=24)
NO_MEL = np.zeros((0, 32), np.float16)  # the first head is given taps


@pytest.fixture(autouse=True)
def _one_thread():
    """Small networks are slower in several threads, and much slower where others use the cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _examples(many: int) -> list[Example]:
    """Each phone is loud in features of its own for two frames."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(many):
        phones = rng.integers(1, 6, int(rng.integers(2, 5)))
        frames = rng.normal(0, 0.1, (3 * len(phones) + 2, 480))
        for place, phone in enumerate(phones):
            frames[3 * place + 1 : 3 * place + 3, 80 * phone : 80 * phone + 80] += 2
        found.append(Example(frames.astype(np.float16), phones.astype(np.int16), NO_MEL))
    return found


def _sounds(many: int) -> list[Example]:
    """Each phone is loud in bands of its own for 80 ms of 160, and half a second of quiet follows."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(many):
        phones = rng.integers(1, 6, int(rng.integers(2, 5)))
        mel = rng.normal(4, 0.1, (16 * len(phones) + 48, 32))
        for place, phone in enumerate(phones):
            mel[16 * place : 16 * place + 8, 5 * phone : 5 * phone + 5] += 4
        frames = np.zeros((len(mel) // 4, 480), np.float16)
        found.append(Example(frames, phones.astype(np.int16), mel.astype(np.float16)))
    return found


class _Stopped(Exception):
    pass


def _learning(examples: list[Example], steps: int, seed: int, checkpoint, **more) -> Learning:
    return Learning(begun(SIZE, examples, seed), examples, steps, seed, checkpoint, **more)


def _stop_at(step: int):
    def told(stand: Stand) -> None:
        if stand.step == step:
            raise _Stopped

    return told


def _nothing(_stand: Stand) -> None:
    pass


@pytest.mark.timeout(180)
def test_eight_examples_are_learned_by_heart():
    """Every phone of them, by a head that nothing is hidden from: no dropout, no noise, no masks."""
    examples = _examples(8)
    torch.manual_seed(1)
    head = Head(Size(6, width=48, recurrent=48), dropout=0.0)
    taps, frames = learning._collated(examples, head, torch.device("cpu"))
    optimizer = torch.optim.Adam(head.parameters(), lr=5e-3)
    for _ in range(600):
        optimizer.zero_grad()
        loss = ctc(head(taps), frames, examples)
        if loss < 0.02:
            break
        loss.backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), 2.0)
        optimizer.step()
    wrong, total = phone_errors(head.eval(), examples)
    assert total == sum(len(example.phones) for example in examples)
    assert wrong == [0]


def test_training_makes_what_was_said_likelier(tmp_path, monkeypatch):
    """Within a few steps, with all that is hidden from the head on the way."""
    monkeypatch.setattr(learning, "_WARM_STEPS", 10)  # the recipe's own are for hours of speech
    examples = _examples(8)
    head = _learning(examples, 60, 1, tmp_path / "checkpoint", batch_frames=400).run(_nothing)
    assert _loss(head, examples) < 0.5 * _loss(Head(SIZE).eval(), examples)


def test_both_looks_grow_out_of_the_first(tmp_path, monkeypatch):
    """All of their parts learn together, and what was said gets likelier to both."""
    monkeypatch.setattr(learning, "_WARM_STEPS", 10)
    sounds = _sounds(8)
    both = joined(tap_network(), begun(SIZE, _examples(8), 1), Shape(24, 24, 2), 1)
    before = {name: values.clone() for name, values in both.state_dict().items()}
    untaught = _losses(both.eval(), sounds)
    options = {"batch_frames": 400, "shortest_first": False, "rate": 2e-3}
    learned = Learning(both, sounds, 60, 1, tmp_path / "both", **options).run(_nothing)
    assert len(untaught) == 2
    assert all(loss < 0.7 * former for loss, former in zip(_losses(learned, sounds), untaught, strict=True))
    learners = "first.recurrent.weight_ih_l0", "first.leave.weight", "second.recurrent.weight_hh_l1_reverse"
    for name in (*learners, "second.leave.weight", "hears.convolutions.0.weight", "hears.convolutions.19.bias"):
        assert not torch.equal(before[name], learned.state_dict()[name]), name


def _losses(head: Head | BothLooks, examples: list[Example]) -> list[float]:
    with torch.no_grad():
        given, frames = learning._collated(examples, head, torch.device("cpu"))
        return [float(ctc(logits, frames, examples)) for logits in head.looks(given)]


def _loss(head: Head, examples: list[Example]) -> float:
    (loss,) = _losses(head, examples)
    return loss


@pytest.mark.parametrize("stops", [[1], [7, 8, 19]])
def test_a_training_that_was_stopped_ends_as_one_that_was_not(tmp_path, stops):
    """The same weights, to the bit: batches, noise and all go on where they were."""
    examples = _examples(12)
    whole = _learning(examples, 24, 3, tmp_path / "whole", batch_frames=60).run(_nothing)
    for stop in stops:
        with pytest.raises(_Stopped):
            _learning(examples, 24, 3, tmp_path / "stopped", batch_frames=60).run(_stop_at(stop))
        torch.rand(5)  # what happened meanwhile
    seen: list[Stand] = []
    resumed = _learning(examples, 24, 3, tmp_path / "stopped", batch_frames=60).run(seen.append)
    assert [stand.step for stand in seen] == list(range(stops[-1] + 1, 25))
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name


def test_a_training_that_is_done_is_only_read(tmp_path):
    examples = _examples(4)
    first = _learning(examples, 5, 0, tmp_path / "checkpoint").run(_nothing)
    seen: list[Stand] = []
    again = _learning(examples, 5, 0, tmp_path / "checkpoint").run(seen.append)
    assert seen == []
    assert all(torch.equal(one, other) for one, other in zip(first.parameters(), again.parameters(), strict=True))


def test_the_rate_of_errors_counts_every_kind():
    """Against a head that always says the same phone: one of it is right, the rest is missing or wrong."""
    head = Head(SIZE).eval()
    with torch.no_grad():
        head.leave.weight.zero_()
        head.leave.bias.copy_(torch.tensor([0.0, 0, 9, 0, 0, 0] * 2))
    frames = np.zeros((20, 480), np.float16)
    said = [[2], [2, 3], [1], [1, 2, 3]]
    examples = [Example(frames, np.array(phones, np.int16), NO_MEL) for phones in said]
    assert phone_errors(head, examples) == ([0 + 1 + 1 + 2], 7)


def test_what_cannot_be_learned_is_left_out(tmp_path):
    """More phones than frames: the loss of the others stays finite."""
    examples = [*_examples(4), Example(np.zeros((2, 480), np.float16), np.arange(1, 6, dtype=np.int16), NO_MEL)]
    stands: list[Stand] = []
    _learning(examples, 6, 0, tmp_path / "checkpoint").run(stands.append)
    assert all(0 < stand.loss < 100 for stand in stands)
    assert all(later.step == earlier.step + 1 for earlier, later in pairwise(stands))


def _noises(many: int) -> list[Example]:
    """Loud everywhere, as no phone is, and nobody speaks."""
    rng = np.random.default_rng(1)
    sounds = [rng.normal(1, 1, (9, 480)).astype(np.float16) for _ in range(many)]
    return [Example(frames, np.zeros(0, np.int16), NO_MEL) for frames in sounds]


def test_where_nobody_speaks_nothing_is_learned_to_be_heard(tmp_path, monkeypatch):
    monkeypatch.setattr(learning, "_WARM_STEPS", 10)
    examples, noises = _examples(8), _noises(8)
    head = _learning(examples + noises, 60, 1, tmp_path / "checkpoint", batch_frames=400).run(_nothing)
    assert _silence(head, noises) < 0.5 * _silence(Head(SIZE).eval(), noises)
    assert _loss(head, examples) < 0.5 * _loss(Head(SIZE).eval(), examples)


def _silence(head: Head | BothLooks, noises: list[Example]) -> float:
    """Nats of hearing nothing at all, the mean of the clips."""
    with torch.no_grad():
        given, frames = learning._collated(noises, head, torch.device("cpu"))
        return float(ctc(next(iter(head.looks(given))), frames, noises)) / len(noises)


def test_a_batch_of_nothing_but_noise_has_a_loss(tmp_path):
    stands: list[Stand] = []
    batches = {"batch_frames": 9, "shortest_first": False}  # of one clip each
    head = _learning(_noises(3), 4, 0, tmp_path / "checkpoint", **batches).run(stands.append)
    assert all(0 < stand.loss < 1000 for stand in stands)
    assert all(torch.isfinite(values).all() for values in head.state_dict().values())


def test_noise_alone_waits_until_the_first_epoch_is_over(tmp_path):
    """Which leads off hearing nothing anywhere."""
    examples, noises = _examples(6), _noises(6)
    learner = _learning(noises + examples, 9, 0, tmp_path / "checkpoint", batch_frames=1)
    first = [one for batch in itertools.islice(learner._batches(), len(examples)) for one in batch]
    assert [len(one.frames) for one in first] == sorted(len(one.frames) for one in examples)
    assert all(len(one.phones) for one in first)
    later = [one for batch in itertools.islice(learner._batches(), 100) for one in batch]
    assert any(not len(one.phones) for one in later)


def test_the_loss_is_of_a_phone_and_not_of_a_batch():
    """Frames behind a clip's end count nothing."""
    examples = _examples(3)
    frames = torch.tensor([len(example.frames) for example in examples])
    logits = torch.zeros(3, 2 * int(frames.max()), SIZE.outputs)
    further = torch.cat([logits, torch.full((3, 10, SIZE.outputs), 7.0)], dim=1)
    loss = ctc(logits, frames, examples)
    assert torch.allclose(ctc(further, frames, examples), loss)
    assert torch.allclose(ctc(logits.repeat(2, 1, 1), frames.repeat(2), examples * 2), loss)


def test_what_comes_after_it_calculates_as_before(tmp_path):
    """Numbers next to 0 are there again: learning does without them."""
    _learning(_examples(4), 2, 1, tmp_path / "c").run(_nothing)
    assert np.float64(5e-324) / 1 > 0


def test_a_language_begins_with_what_another_hears():
    """And takes each sound for the likest of the other's; one that is like none is heard as any."""
    other = joined(tap_network(), begun(SIZE, _examples(8), 1), Shape(24, 24, 2), 1).eval()
    mel = torch.from_numpy(_sounds(1)[0].mel.astype(np.float32))[None]
    with torch.no_grad():
        expected = other.looks(mel)
        found = grown(other, [0, 3, None, 3, 5], 2).eval().looks(mel)
    for one, many in zip(found, expected, strict=True):
        assert one.shape == (*many.shape[:2], 5)
        torch.testing.assert_close(one[..., [0, 1, 3, 4]], many[..., [0, 3, 3, 5]])
        torch.testing.assert_close(one[..., 2], many[..., 1:].mean(-1), atol=1e-4, rtol=1e-4)


def test_sounds_of_a_language_are_found_in_another():
    alike = dict(zip(("blank", *alphabet("fr").phones), sounds_alike("en", alphabet("fr")), strict=True))
    english = ("blank", *alphabet("en").phones)
    assert alike["blank"] == 0
    assert {ipa: english[alike[ipa]] for ipa in "mʃɛ"} == {"m": "M", "ʃ": "SH", "ɛ": "EH"}
    assert alike["ʁ"] is None
