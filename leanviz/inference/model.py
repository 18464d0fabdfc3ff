"""The model folder: three ONNX graphs and the facts about them, checked before use."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import onnxruntime

from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import ModelError
from leanviz.core.frontend import YAMNET
from leanviz.core.resources import resource_path
from leanviz.core.taxonomy import Label, Taxonomy

Float32 = npt.NDArray[np.float32]

FORMAT = 1
PARTS = ("yamnet", "wave", "fusion")


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


def session_options() -> onnxruntime.SessionOptions:
    """Return the options of every session: one thread, no spinning, weights folded to float.

    Spinning threads steal the processor from the window. The int8 weights are unfolded once at
    load (``disable_quant_qdq``), because real int8 arithmetic destroys YAMNet's embeddings.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.disable_quant_qdq", "1")
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

    def __init__(self, folder: Path, metadata: dict[str, Any]) -> None:
        self._folder = folder
        self.metadata = metadata
        self.taxonomy, self.thresholds = _vocabulary(metadata, folder)
        self._sessions = {part: self._session(f"{part}.onnx") for part in PARTS}
        known = self._sessions["fusion"].get_outputs()[0].shape[-1]
        if known != len(self.taxonomy):
            raise ModelError(
                f"The model in {folder} knows {known} classes but names {len(self.taxonomy)}."
            )
        self.embedding_width: int = self._sessions["yamnet"].get_outputs()[0].shape[-1]
        if self._sessions["fusion"].get_inputs()[0].shape[-1] != self.embedding_width:
            raise ModelError(f"The parts of the model in {folder} are not of one model.")

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
        metadata = _read_metadata(folder)
        for name, digest in metadata["files"].items():
            _check_file(folder, name, digest)
        return cls(folder, metadata)

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
        self, embeddings: Float32, waves: Float32, patch_mask: Float32, wave_mask: Float32
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
        """
        inputs = {
            "embeddings": embeddings,
            "waves": waves,
            "patch_mask": patch_mask,
            "wave_mask": wave_mask,
        }
        return Fused(*self._run("fusion", inputs))

    def _run(self, part: str, inputs: dict[str, Float32]) -> list[Float32]:
        return cast("list[Float32]", self._sessions[part].run(None, inputs))

    def _session(self, name: str) -> onnxruntime.InferenceSession:
        try:
            return onnxruntime.InferenceSession(
                self._folder / name, session_options(), providers=["CPUExecutionProvider"]
            )
        # ONNX Runtime raises bare RuntimeErrors and its own kinds for damaged or too new graphs.
        except Exception as error:
            raise ModelError(
                f"The model file {self._folder / name} cannot be loaded by ONNX Runtime "
                f"{onnxruntime.__version__}: {error}"
            ) from error


def _read_metadata(folder: Path) -> dict[str, Any]:
    path = folder / "model.json"
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))
        made_for, files, labels = metadata["front_end"], metadata["files"], metadata["labels"]
        complete = isinstance(files, dict) and isinstance(labels, list) and len(labels) > 0
        complete = complete and {"name", "version"} <= metadata.keys()
    except OSError as error:
        cause = error.strerror or error
        raise ModelError(f"No model in {folder}: model.json: {cause}.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} is damaged: it is not a leanviz model description.") from error
    if not complete or metadata.get("format") != FORMAT:
        raise ModelError(f"{path} is not in model format {FORMAT}, which this leanviz reads.")
    if made_for != asdict(YAMNET):
        raise ModelError(f"The model in {folder} was trained with another front end.")
    missing = [part for part in PARTS if f"{part}.onnx" not in files]
    if missing:
        raise ModelError(f"{path} does not name the model part {missing[0]}.onnx.")
    return metadata


def _check_file(folder: Path, name: str, digest: str) -> None:
    if Path(name).name != name:
        raise ModelError(f"{folder / 'model.json'} names a file outside its folder: {name}.")
    try:
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        cause = getattr(error, "strerror", None) or error
        raise ModelError(f"The model file {folder / name} cannot be read: {cause}.") from error
    if found != digest:
        raise ModelError(f"The model file {folder / name} is damaged: its checksum is wrong.")


def _vocabulary(metadata: dict[str, Any], folder: Path) -> tuple[Taxonomy, tuple[float, ...]]:
    try:
        entries = metadata["labels"]
        labels = [Label(e["name"], e["mid"], e["title"], tuple(e["parents"])) for e in entries]
        taxonomy = Taxonomy(tuple(labels))
        for parent in {parent for label in labels for parent in label.parents}:
            taxonomy.index(parent)  # KeyError where there is none
        return taxonomy, tuple(float(entry["threshold"]) for entry in entries)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder / 'model.json'} is damaged in its list of labels.") from error
