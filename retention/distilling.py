"""Makes `learning_model/words.npz` again from the weights of all-MiniLM-L6-v2.

    python -m retention.distilling MODEL_FOLDER OUT_FILE

The folder holds the model's `model.safetensors` and `vocab.txt` (Apache Licence 2.0). Each word piece is run once
through the six layers between its start and end marks, by numpy alone; the mean of its states is kept, centred, and
reduced to the directions that say most. Nothing of this is needed to use Candour.
"""

import json
import math
import struct
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
START, END = 101, 102
LAYERS, HEADS, HEAD_SIZE, STATES = 6, 12, 32, 384
PIECES, DIRECTIONS, LONGEST_ENDING, AT_ONCE = 25_000, 256, 9, 512
_erf = np.vectorize(math.erf, otypes=[np.float32])


def read_model(path: Path) -> dict[str, Floats]:
    """The arrays of a safetensors file, by name."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    arrays = {}
    for name, described in json.loads(content[8 : 8 + length]).items():
        if name != "__metadata__" and described["dtype"] == "F32":
            start, end = described["data_offsets"]
            values = np.frombuffer(content, np.float32, count=(end - start) // 4, offset=8 + length + start)
            arrays[name] = values.reshape(described["shape"])
    return arrays


class MiniLM:
    """The model's forward pass, for inputs that all have the same length."""

    def __init__(self, arrays: dict[str, Floats]) -> None:
        self._arrays = arrays

    def states(self, ids: NDArray[np.int64]) -> Floats:
        """The last layer's states, one row of 384 for each piece."""
        name = "embeddings."
        state = self._arrays[f"{name}word_embeddings.weight"][ids]
        state = state + self._arrays[f"{name}position_embeddings.weight"][: ids.shape[1]]
        state = self._normed(state + self._arrays[f"{name}token_type_embeddings.weight"][0], f"{name}LayerNorm")
        for layer in range(LAYERS):
            state = self._layer(state, f"encoder.layer.{layer}.")
        return state

    def _layer(self, state: Floats, name: str) -> Floats:
        rows, length, _ = state.shape
        query, key, value = (
            self._linear(state, f"{name}attention.self.{part}")
            .reshape(rows, length, HEADS, HEAD_SIZE)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(math.sqrt(HEAD_SIZE))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        heard = (scores @ value).transpose(0, 2, 1, 3).reshape(rows, length, STATES)
        state = self._normed(
            state + self._linear(heard, f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm"
        )
        inner = self._linear(state, f"{name}intermediate.dense")
        inner = inner * np.float32(0.5) * (1 + _erf(inner / np.float32(math.sqrt(2))))
        return self._normed(state + self._linear(inner, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, state: Floats, name: str) -> Floats:
        return np.asarray(state @ self._arrays[f"{name}.weight"].T + self._arrays[f"{name}.bias"], np.float32)

    def _normed(self, state: Floats, name: str) -> Floats:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return np.asarray(centred / spread * self._arrays[f"{name}.weight"] + self._arrays[f"{name}.bias"], np.float32)


def distil(folder: Path, out: Path) -> None:
    """The file holds the pieces, their vectors as whole numbers, and a scale for each."""
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [
        (number, piece)
        for number, piece in enumerate(vocabulary)
        if piece.isascii()
        and piece.replace("##", "").isalnum()
        and not piece.startswith("[")
        and not (piece.startswith("##") and len(piece) > LONGEST_ENDING)
    ][:PIECES]
    model = MiniLM(read_model(folder / "model.safetensors"))
    vectors = np.zeros((len(kept), STATES), np.float32)
    for start in range(0, len(kept), AT_ONCE):
        ids = np.array([[START, number, END] for number, _ in kept[start : start + AT_ONCE]])
        mean = model.states(ids).mean(axis=1)
        vectors[start : start + len(ids)] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    reduced = left[:, :DIRECTIONS] * strength[:DIRECTIONS]
    scale = np.abs(reduced).max(axis=1, keepdims=True) / 127
    np.savez_compressed(
        out,
        pieces=np.frombuffer("\n".join(piece for _, piece in kept).encode(), dtype=np.uint8),
        vectors=np.round(reduced / scale).astype(np.int8),
        scales=scale[:, 0].astype(np.float16),
    )


if __name__ == "__main__":
    distil(Path(sys.argv[1]), Path(sys.argv[2]))
