"""The model card says what the model folder says."""

import json

from leanviz.core.resources import resource_path


def test_figures_and_sizes_are_those_of_the_folder() -> None:
    """A card that outlived its model would promise another model's figures."""
    folder = resource_path("lean")
    card = (folder / "README.md").read_text(encoding="utf-8")
    described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    figures = {k: v for k, v in described["metrics"].items() if isinstance(v, float)}
    for name in ("mAP", "top1_esc50", "top1_us8k", "top1_philharmonia", "frame_auc", "peak_inside"):
        assert f"| {figures[name]:.4f} |" in card, name
    for file in [*described["files"], "model.json"]:
        assert f"| `{file}` | {(folder / file).stat().st_size:,} |" in card, file
