"""The int8 trunk says what the float trunk says, and ONNX Runtime really computes it in int8."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from leanviz.core.frontend import clip_patches
from leanviz.evaluation.read import read_clip
from leanviz.training.equalize import channel_peaks, equalized
from leanviz.training.export_int8 import int8_graph
from leanviz.training.qat import Tuning, quantized_trunk, rise_and_fall, run, varied
from leanviz.training.quantized import (
    FLOAT_MAP,
    LEVELS,
    Int8Conv,
    QuantizedRelu,
    QuantizedTrunk,
    rounded_map,
)
from leanviz.training.yamnet import Trunk

FEW = Tuning(passes=2, batch=16, rate=3e-5, calibration=48, average=0.5, quietest=0.0)


@pytest.fixture(scope="module")
def trunk(shared_data: Path) -> Trunk:
    trunk = Trunk().eval()
    with np.load(shared_data / "yamnet_weights.npz") as weights:
        trunk.load_folded(weights)
    return trunk.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


@pytest.fixture(scope="module")
def patches(shared_data: Path) -> Tensor:
    """144 patches of real clips, up to three from each."""
    paths = sorted((shared_data / "audio").rglob("*.ogg"))[::50]
    clips = [clip_patches(read_clip(path)) for path in paths]
    return torch.from_numpy(np.concatenate([clip[::3][:3] for clip in clips])[:144])


@pytest.fixture(scope="module")
def quantized(trunk: Trunk, patches: Tensor) -> QuantizedTrunk:
    model = quantized_trunk(trunk, patches[::2], 72).eval()
    model.round_biases()
    return model


@torch.inference_mode()
def test_equalised_trunk_is_the_same_function(trunk: Trunk, patches: Tensor) -> None:
    """A factor taken from one layer and not given to the next would change every embedding."""
    even, output_scale = equalized(trunk, patches[::3])
    wanted, got = trunk(patches), even(patches) * output_scale
    assert (wanted - got).abs().max() < 1e-5 * wanted.abs().max()


def test_equalised_channels_share_one_range(trunk: Trunk, patches: Tensor) -> None:
    """Else one scale per map would drown the quiet channels, as it does in the plain trunk."""
    seen = patches[::3]
    before, after = (channel_peaks(t, seen) for t in (trunk, equalized(trunk, seen)[0]))
    quiet = [(p[p > 0].quantile(0.1) / p.max()).item() for p in before[::2]]
    even = [(p[p > 0].quantile(0.1) / p.max()).item() for p in after[::2]]
    assert min(quiet) < 0.1
    assert min(even) > 0.2
    assert all(peaks.max() == pytest.approx(1, abs=1e-3) for peaks in after)


def test_rounded_map_is_uint8_times_a_step() -> None:
    features = torch.linspace(-1, 3, 1001)
    levels = rounded_map(features, torch.tensor(2.0)) / (2.0 / LEVELS)
    torch.testing.assert_close(levels, levels.round())
    assert levels.min() == 0
    assert levels.max() == pytest.approx(LEVELS)


def test_limit_learns_from_what_it_cuts_off() -> None:
    """Gradients: through the middle, none from outside, and the limit grows where it clips."""
    features = torch.tensor([-1.0, 0.5, 3.0], requires_grad=True)
    limit = torch.tensor(2.0, requires_grad=True)
    rounded_map(features, limit)[[0, 2]].sum().backward()
    assert limit.grad == 1
    assert features.grad is not None
    features.grad.zero_()
    rounded_map(features, limit).sum().backward()
    assert features.grad.tolist() == [0, 1, 0]


def test_weights_are_whole_numbers(quantized: QuantizedTrunk) -> None:
    for layer in quantized.layers:
        if isinstance(layer, Int8Conv):
            values, scale = layer.int8()
            assert values.abs().max() <= 127
            torch.testing.assert_close(values, values.round(), rtol=0, atol=0)
            assert scale.min() > 0


@torch.inference_mode()
def test_one_map_stays_in_float(quantized: QuantizedTrunk, trunk: Trunk, patches: Tensor) -> None:
    """Rounding layer 12's output costs more than all other roundings together."""
    wanted = trunk(patches)
    kept = cosine_similarity(quantized(patches), wanted).mean()
    whole = deepcopy(quantized)
    whole.layers[2 * FLOAT_MAP + 1] = (
        QuantizedRelu()
    )  # equalised: the map's peak is 1, the limit too
    rounded = cosine_similarity(whole(patches), wanted).mean()
    assert kept > 0.97
    assert 1 - rounded > 2 * (1 - kept)


def _loss(model: QuantizedTrunk, trunk: Trunk, patches: Tensor) -> float:
    with torch.inference_mode():
        return float(1 - cosine_similarity(model(patches), trunk(patches)).mean())


def test_tuning_comes_closer_to_float(trunk: Trunk, patches: Tensor) -> None:
    few = patches[::3]
    before = quantized_trunk(trunk, few, FEW.calibration)
    told: list[int] = []
    state = run(
        trunk.state_dict(), few, "cpu", FEW, after_pass=lambda n, _loss, _model: told.append(n)
    )
    after = QuantizedTrunk.from_state(state)
    assert told == [1, 2]
    assert _loss(after, trunk, few) < 0.9 * _loss(before, trunk, few)


def test_task_loss_is_learned_from_and_seed_decides(trunk: Trunk, patches: Tensor) -> None:
    seen: list[Tensor] = []

    def task(said: Tensor, wanted: Tensor, indices: Tensor) -> Tensor:
        seen.append(indices)
        return (said - wanted).abs().mean()

    tuning = Tuning(passes=1, batch=16, calibration=16)
    some = patches[:32]
    states = [run(trunk.state_dict(), some, "cpu", tuning, task=task) for _ in range(2)]
    plain = run(trunk.state_dict(), some, "cpu", tuning)
    assert sorted(torch.cat(seen[:2]).tolist()) == list(range(32))
    name = "layers.52.stored"
    torch.testing.assert_close(states[0][name], states[1][name], rtol=0, atol=0)
    assert not torch.equal(states[0][name], plain[name])


def test_a_loss_that_is_no_number_is_said(trunk: Trunk, patches: Tensor) -> None:
    tuning = Tuning(passes=1, batch=16, calibration=16)
    with pytest.raises(FloatingPointError, match="pass 1"):
        run(trunk.state_dict(), patches[:16], "cpu", tuning, task=lambda s, _t, _i: s.sum() / 0 * 0)


def test_varied_patches_keep_silence_and_stay_near(patches: Tensor) -> None:
    generator = torch.Generator().manual_seed(1)
    silence = torch.full((4, 96, 64), float(np.log(0.001)))
    torch.testing.assert_close(varied(silence, Tuning(), generator), silence, rtol=0, atol=1e-4)
    changed = varied(patches, Tuning(mixed=0.0, quietest=-6.0), generator) - patches
    assert 3 / 20 * np.log(10) < changed.abs().max() < 6.1 / 20 * np.log(10)


def test_rate_rises_then_falls() -> None:
    rates = [rise_and_fall(step, 100) for step in range(100)]
    assert rates.index(max(rates)) == 9
    assert rates[0] == pytest.approx(0.1)
    assert rates[-1] < 0.01


def _session(graph: bytes, **entries: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    for key, value in entries.items():
        options.add_session_config_entry(f"session.{key}", value)
    if "file" in entries:
        options.optimized_model_filepath = entries["file"]
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _embeddings(session: onnxruntime.InferenceSession, patches: Tensor) -> npt.NDArray[np.float32]:
    return np.asarray(session.run(None, {"patches": patches.numpy()})[0])


@torch.inference_mode()
def test_onnx_says_what_pytorch_says(quantized: QuantizedTrunk, patches: Tensor) -> None:
    """One rounding that falls the other way moves others after it, so not to the last digit."""
    graph = int8_graph(quantized).SerializeToString()
    wanted = quantized(patches)
    for entries in ({}, {"disable_quant_qdq": "1"}):
        got = torch.from_numpy(_embeddings(_session(graph, **entries), patches))
        assert cosine_similarity(got, wanted).mean() > 0.998


def test_onnx_runtime_computes_in_int8(quantized: QuantizedTrunk, tmp_path: Path) -> None:
    """A pattern it does not know would run in float, correct and slow, and nobody would notice."""
    graph = int8_graph(quantized).SerializeToString()
    assert len(graph) < 3_420_000
    optimized = tmp_path / "optimized.onnx"
    _session(graph, file=str(optimized))
    kinds = [node.op_type for node in onnx.load(optimized).graph.node]
    assert kinds.count("QLinearConv") == 24
    assert sum(kind.endswith("Conv") for kind in kinds) == 27
