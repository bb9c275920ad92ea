"""The child process that reads published files: what openWakeWord trained in, what the engine runs out.

``python -m models.wake.build KIND < source > model``. It alone imports onnx and tflite, so their 50 MB never sit beside
the engine, and a file that breaks a parser ends this process only. Exit 65: the file is refused, why is on stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from models.cache import EXIT_REFUSED
from models.errors import ModelInvalid
from models.runtime import open_session
from models.wake.embedding_files import read_embedding
from models.wake.flatbuffer import IDENTIFIER, invalid
from models.wake.graph import streamed_graph, whole_graph
from models.wake.head import Head
from models.wake.head_graph import head_graph
from models.wake.layers import EMBEDDING_VALUES, MEL_BINS, STEP_FRAMES, WINDOW_FRAMES
from models.wake.network import Network
from models.wake.onnx_head import from_onnx
from models.wake.tflite_head import from_tflite

_TRIED_STEPS = 12
_EMBEDDING_TOLERANCE = 1e-3  # of values up to 100
_SCORE_TOLERANCE = 1e-5


def build_embedding(source: bytes, *, taps: bool = False) -> bytes:
    """Raises ModelInvalid, or anything else over a broken file."""
    layers = read_embedding(source)
    streamed = streamed_graph(layers, taps=taps)
    network = Network(streamed)
    late = STEP_FRAMES - WINDOW_FRAMES % STEP_FRAMES  # a window must end with a step
    frames = WINDOW_FRAMES + STEP_FRAMES * _TRIED_STEPS
    mel = np.random.default_rng(0).normal(0, 2, (1, late + frames, MEL_BINS)).astype(np.float32)
    (windows,) = open_session(whole_graph(layers)).run(None, {"mel": mel[:, late:]})
    embeddings, state = [], None
    for start in range(0, mel.shape[1], STEP_FRAMES):
        step = network.step(mel[:, start : start + STEP_FRAMES], state)
        embeddings.append(step.embedding[0])
        state = step.state
    if np.abs(np.array(embeddings[-len(windows) :]) - windows).max() > _EMBEDDING_TOLERANCE:
        raise invalid("streamed, this speech-embedding network gives other values than over whole windows")
    return streamed


def build_head(source: bytes) -> bytes:
    """Raises ModelInvalid, or anything else over a broken file."""
    is_tflite = source[4:8] == IDENTIFIER
    model = head_graph(from_tflite(source) if is_tflite else from_onnx(source))
    head = Head("", model)
    normal = np.random.default_rng(0).normal(0, 10, (_TRIED_STEPS, head.window_steps, EMBEDDING_VALUES))
    embeddings = normal.astype(np.float32)
    scores = head.scores(embeddings)
    if not ((scores >= 0) & (scores <= 1)).all():
        raise invalid(f"a score of {scores.max():.3g}, an openWakeWord head's is in [0, 1]")
    if not is_tflite:
        published = _published_scores(source, embeddings)
        if np.abs(published - scores).max() > _SCORE_TOLERANCE:
            raise invalid("for several rooms at once this head gives other scores than for one")
    return model


def _published_scores(source: bytes, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
    """One room at a time, by the reference that ONNX defines its operators with."""
    evaluator = ReferenceEvaluator(onnx.load_from_string(source))
    (name,) = evaluator.input_names
    runs = [list(evaluator.run(None, {str(name): one[np.newaxis]})) for one in embeddings]
    return np.array([np.asarray(run[0]).item() for run in runs])


BUILDERS: Mapping[str, Callable[[bytes], bytes]] = {
    "embedding": build_embedding,
    "embedding-taps": partial(build_embedding, taps=True),
    "head": build_head,
}


def main() -> int:
    source = sys.stdin.buffer.read()
    try:
        model = BUILDERS[sys.argv[1]](source)
    except ModelInvalid as error:
        sys.stderr.write(error.message)
        return EXIT_REFUSED
    sys.stdout.buffer.write(model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
