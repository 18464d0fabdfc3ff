"""LEAN as it runs: the three ONNX graphs of a model folder, tried out before use."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import onnxruntime

from leanviz.core.alignment import WAVE_WIDTH, wave_count, wave_extent
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import ModelError
from leanviz.core.frontend import YAMNET
from leanviz.core.resources import resource_path
from leanviz.core.visible import visible
from leanviz.inference.asking import with_places
from leanviz.inference.folder import PARTS, read_metadata, read_parts, vocabulary

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fused:
    """What fusion says about a batch of windows.

    Attributes
    ----------
    frame_logits : numpy.ndarray [batch, n_patches, n_classes]
    clip_logits : numpy.ndarray [batch, n_classes]
    attention : numpy.ndarray [batch, n_heads, n_patches, n_waves]
    """

    frame_logits: Float32
    clip_logits: Float32
    attention: Float32


def session_options(*, unfold: bool = True) -> onnxruntime.SessionOptions:
    """Return the options of every session: one thread, no spinning, weights folded to float.

    Spinning threads steal the processor from the window. The int8 weights are unfolded once at
    load (``disable_quant_qdq``), because real int8 arithmetic destroys YAMNet's embeddings.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.disable_quant_qdq", "1" if unfold else "0")
    options.log_severity_level = 3
    return options


class LeanModel:
    """LEAN as it runs: patches and samples in, logits and attention out. Thread-safe.

    Attributes
    ----------
    metadata : dict
        What ``model.json`` says.
    taxonomy : Taxonomy
    thresholds : tuple of float
        Score from which each class is shown, in the order of the taxonomy.
    embedding_width : int
        Numbers per patch: YAMNet's embedding, and the readout's logits if there is one.
    """

    def __init__(self, folder: Path, metadata: dict[str, Any], *, unfold: bool = True) -> None:
        self._folder, self._unfold = folder, unfold
        self.metadata = metadata
        self.taxonomy, self.thresholds = vocabulary(metadata, folder)
        graphs = read_parts(folder, metadata)
        fusion = graphs["fusion"]
        # input of fusion that says where in the window its patches begin; "" if there is none
        graphs["fusion"], self._place = with_places(fusion) or (fusion, "")
        self._sessions = {part: self._session(part, graphs[part]) for part in PARTS}
        known = _width(self._sessions["fusion"].get_outputs())
        if known != len(self.taxonomy):
            raise ModelError(
                f"The model in {folder} knows {known} classes but names {len(self.taxonomy)}."
            )
        self.embedding_width = _width(self._sessions["yamnet"].get_outputs())
        if _width(self._sessions["fusion"].get_inputs()) != self.embedding_width:
            raise ModelError(f"The parts of the model in {folder} are not of one model.")
        self._try_out()
        if self._place and not self._asks_alike():
            self._place, self._sessions["fusion"] = "", self._session("fusion", fusion)

    @classmethod
    def open(cls, folder: Path | None = None) -> "LeanModel":
        """Open a model folder, the bundled one if None.

        Raises
        ------
        ModelError
            With a sentence, if a file is missing or damaged, if the folder was made for another
            front end or format, or if ONNX Runtime cannot load a graph.
        """
        folder = resource_path("lean") if folder is None else Path(folder)
        return cls(folder, read_metadata(folder))

    @property
    def name(self) -> str:
        """Name of the model, e.g. ``LEAN-R``."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """Version of the model folder."""
        return str(self.metadata["version"])

    @property
    def identity(self) -> str:
        """Name, version and a digest of the weights: what results are recorded with."""
        digests = "".join(self.metadata["files"][f"{part}.onnx"] for part in PARTS)
        return f"{self.name} {self.version} {hashlib.sha256(digests.encode()).hexdigest()[:12]}"

    @property
    def size_bytes(self) -> int:
        """Bytes of the whole folder's model files."""
        files = [*self.metadata["files"], "model.json"]
        return sum((self._folder / name).stat().st_size for name in files)

    def default_rules(self) -> DecisionRules:
        """Return the decision rules that the model folder recommends."""
        return DecisionRules(self.thresholds, quiet=self.taxonomy.general)

    def embed(self, patches: Float32) -> Float32:
        """Return embeddings [n, embedding_width] of log-mel patches [n, 96, 64]."""
        return self._run("yamnet", {"patches": patches})[0]

    def wave(self, samples: Float32) -> Float32:
        """Return wave features [m, 128] of 16 kHz samples [n]; unpadded, n >= 1386."""
        return self._run("wave", {"samples": samples[None]})[0][0]

    def fuse(
        self,
        embeddings: Float32,
        waves: Float32,
        patch_mask: Float32,
        wave_mask: Float32,
        *,
        first: int = 0,
    ) -> Fused:
        """Fuse a batch of windows of equal length.

        Parameters
        ----------
        embeddings : numpy.ndarray [batch, n, embedding_width]
        waves : numpy.ndarray [batch, m, 128]
            Wave features of the same stretch, ``m = wave_count(n)``.
        patch_mask : numpy.ndarray [batch, n]
            Weight of each patch in the clip logits.
        wave_mask : numpy.ndarray [batch, m]
            0 removes a wave feature from the evidence.
        first : int
            Patch of the window from which on it is asked about: of those before nothing is said.
        """
        inputs = {"waves": waves, "wave_mask": wave_mask}
        if self._place:
            inputs["embeddings"] = np.ascontiguousarray(embeddings[:, first:])
            inputs["patch_mask"] = np.ascontiguousarray(patch_mask[:, first:])
            inputs[self._place] = np.array(1 - first, np.float32)
            return Fused(*self._run("fusion", inputs))
        asked = np.arange(patch_mask.shape[1]) >= first
        inputs |= {"embeddings": embeddings, "patch_mask": patch_mask * asked}
        frame_logits, clip_logits, attention = self._run("fusion", inputs)
        return Fused(frame_logits[:, first:], clip_logits, attention[:, :, first:])

    def _run(self, part: str, inputs: dict[str, Float32]) -> list[Float32]:
        return cast("list[Float32]", self._sessions[part].run(None, inputs))

    def _session(self, part: str, graph: bytes) -> onnxruntime.InferenceSession:
        try:
            return onnxruntime.InferenceSession(
                graph, session_options(unfold=self._unfold), providers=["CPUExecutionProvider"]
            )
        # ONNX Runtime raises bare RuntimeErrors and its own kinds for damaged or too new graphs.
        except Exception as error:
            raise ModelError(
                f"The model file {self._folder / part}.onnx cannot be loaded by ONNX Runtime "
                f"{onnxruntime.__version__}: {_sentence(error)}"
            ) from error

    def _try_out(self) -> None:
        """Run every part once on silence; ModelError if its shapes are not those of LEAN."""
        n, classes = 2, len(self.taxonomy)
        try:
            rows = self.embed(np.zeros((n, YAMNET.patch_frames, YAMNET.n_mels), np.float32))
            waves = self.wave(np.zeros(wave_extent(wave_count(n) - 1)[1], np.float32))
            masks = np.ones((1, n), np.float32), np.ones((1, len(waves)), np.float32)
            fused = self.fuse(rows[None], waves[None], *masks)
        except Exception as error:
            raise ModelError(
                f"The model in {self._folder} does not run: {_sentence(error)}"
            ) from error
        heads = fused.attention.shape[1:2]
        expected = ((wave_count(n), WAVE_WIDTH), (1, n, classes), (1, classes))
        found = (waves.shape, fused.frame_logits.shape, fused.clip_logits.shape)
        if found != expected or fused.attention.shape != (1, *heads, n, len(waves)):
            raise ModelError(f"The parts of the model in {self._folder} are not those of a LEAN.")
        if not all(np.isfinite(part).all() for part in (fused.frame_logits, fused.attention)):
            raise ModelError(f"The model in {self._folder} gives no numbers for silence.")

    def _asks_alike(self) -> bool:
        """Tell whether fusion says of patches asked alone what it says of them among all others."""
        noise, n = np.random.default_rng(0), 3
        embeddings = noise.normal(size=(1, n, self.embedding_width)).astype(np.float32)
        waves = noise.normal(size=(1, wave_count(n), WAVE_WIDTH)).astype(np.float32)
        masks = np.ones((1, n), np.float32), np.ones(waves.shape[:2], np.float32)
        try:
            whole = self.fuse(embeddings, waves, *masks)
            alone = self.fuse(embeddings, waves, *masks, first=1)
        except Exception:  # noqa: BLE001  (a graph that anybody made)
            return False
        return bool(
            np.allclose(whole.frame_logits[:, 1:], alone.frame_logits, atol=1e-4)
            and np.allclose(whole.attention[:, :, 1:], alone.attention, atol=1e-5)
        )


def _width(tensors: Sequence[Any]) -> int:
    """Return the last size of the first tensor; 0 where the graph does not say it."""
    shape = tensors[0].shape if tensors else []
    return shape[-1] if shape and isinstance(shape[-1], int) else 0


def _sentence(error: Exception) -> str:
    """Return what ONNX Runtime says, in one line that ends as a sentence does."""
    return f"{' '.join(visible(str(error)).split())[:300].rstrip('.')}."
