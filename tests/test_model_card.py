"""The model card says what the model folder says."""

import json
from pathlib import Path

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


def test_how_many_classes_had_no_clips_is_said_alike() -> None:
    described = json.loads(resource_path("lean", "model.json").read_text(encoding="utf-8"))
    without = sum(label["training_clips"] == 0 for label in described["labels"])
    repository = Path(__file__).resolve().parent.parent
    for page in ("README.md", "docs/user-guide.md", "docs/faq.md"):
        assert f"or {without} of the" in (repository / page).read_text(encoding="utf-8"), page
