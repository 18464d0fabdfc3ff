"""Train, evaluate, ablate and export LEAN: ``python -m leanviz.training --help``."""

import logging
import math
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from typer.core import TyperGroup

from leanviz.core.errors import UserError
from leanviz.inference.model import LeanModel
from leanviz.training import ablate as ablation
from leanviz.training.commercial import cost
from leanviz.training.corpus import Corpus, prepare, yamnet_rows, yamnet_trunk
from leanviz.training.fsd50k import is_fsd50k
from leanviz.training.fsd50k_eval import evaluate_fsd50k
from leanviz.training.measure import (
    SplitScores,
    clip_figures,
    placed_figures,
    remembered_figures,
)
from leanviz.training.network import LeanConfig
from leanviz.training.publish import about_lean, about_yamnet, publish
from leanviz.training.recipe import described, read_readout, read_recipe
from leanviz.training.remember import Bench, remember
from leanviz.training.train import Workshop, averaged, new_model, reminded, train

logging.basicConfig(level=logging.INFO, format="%(message)s")


class Sentences(TyperGroup):
    """Commands whose failures end in a sentence and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from error


app = typer.Typer(
    cls=Sentences,
    no_args_is_help=True,
    help=__doc__,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path, typer.Option(help="Folder with manifest.csv, or the FSD50K tree.")]
Yamnet = Annotated[
    Path | None, typer.Option(help="Folder with YAMNet's weights and tables; --data if not given.")
]
Work = Annotated[Path, typer.Option(help="Folder for the cache, checkpoints and curves.")]
Target = Annotated[Path, typer.Option(help="Model folder to write or to judge.")]
Config = Annotated[Path | None, typer.Option("--recipe", help="TOML file with other settings.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, or auto for what there is.")]
Workers = Annotated[int, typer.Option(help="Processes that prepare batches; 0 for none.")]
Threads = Annotated[int, typer.Option(help="Processor threads of the network.")]
Commercial = Annotated[
    bool, typer.Option("--commercial", help="Learn only from clips that allow commercial use.")
]

Sounds = Annotated[
    list[Path] | None,
    typer.Option(help="Folder of unlabelled sound files to hear as well; may be repeated."),
]

WORK = Path(".training")
TARGET = Path("resources/lean")


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("This PyTorch finds no CUDA device.")
    if name not in {"cpu", "cuda"}:
        raise UserError(f"There is no device {name}; there are cpu, cuda and auto.")
    return torch.device(name)


def _corpus(data: Path, yamnet: Path | None, work: Path, device: torch.device) -> Corpus:
    corpus = prepare(data, work, yamnet or data, device)
    for problem in corpus.problems:
        typer.echo(f"line {problem.line}: {problem.what}" if problem.line else problem.what)
    typer.echo(f"{len(corpus.rows)} clips, {len(corpus.problems)} that could not be used")
    return corpus


@app.command(name="prepare")
def prepare_command(
    data: Data, yamnet: Yamnet = None, work: Work = WORK, device: Device = "auto"
) -> None:
    """Decode all clips and cache them with YAMNet's embeddings."""
    _corpus(data, yamnet, work, _device(device))


@app.command(name="train")
def train_command(  # noqa: PLR0913, PLR0917  (a command's options are its parameters)
    data: Data,
    yamnet: Yamnet = None,
    work: Work = WORK,
    target: Target = TARGET,
    recipe: Config = None,
    seed: Seed = 0,
    device: Device = "auto",
    workers: Workers = 0,
    threads: Threads = 2,
    commercial: Commercial = False,
) -> None:
    """Train all stages, going on from the last checkpoint, then calibrate and export."""
    torch.set_num_threads(threads)
    told, where = read_recipe(recipe, seed), _device(device)
    corpus, place = _learned_from(_corpus(data, yamnet, work, where), work, commercial)
    shop = Workshop(corpus, yamnet or data, place, where, workers)
    publish(train(told, shop), about_lean(corpus, described(told)), corpus, data, target)


def _learned_from(corpus: Corpus, work: Path, commercial: bool) -> tuple[Corpus, Path]:
    """Return the clips to learn from, and the folder of the checkpoints made with them.

    A run never goes on from a checkpoint that learned from clips it may not use.
    """
    return (corpus.commercial(), work / "commercial") if commercial else (corpus, work)


@app.command(name="export")
def export_command(
    data: Data,
    yamnet: Yamnet = None,
    work: Work = WORK,
    target: Target = TARGET,
    commercial: Commercial = False,
) -> None:
    """Calibrate and export the averaged weights of the last checkpoint, however far it is."""
    everything = _corpus(data, yamnet, work, torch.device("cpu"))
    corpus, place = _learned_from(everything, work, commercial)
    model, recipe = averaged(place, corpus, yamnet or data)
    model = reminded(model, yamnet or data, recipe["pretrained"])
    publish(model, about_lean(corpus, recipe), corpus, data, target)


@app.command()
def baseline(
    data: Data,
    target: Annotated[Path, typer.Option(help="Model folder to write.")],
    yamnet: Yamnet = None,
    work: Work = WORK,
) -> None:
    """Export YAMNet's own rows, calibrated as LEAN is: what LEAN is compared with."""
    corpus = _corpus(data, yamnet, work, torch.device("cpu"))
    untrained = new_model(LeanConfig(), corpus, yamnet or data)
    publish(untrained, about_yamnet(), corpus, data, target)


@app.command(name="readout")
def readout_command(  # noqa: PLR0913, PLR0917  (a command's options are its parameters)
    data: Data,
    model: Annotated[Path, typer.Option(help="Model folder to start from.")] = TARGET,
    yamnet: Yamnet = None,
    work: Work = WORK,
    target: Target = TARGET,
    recipe: Config = None,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = 2,
    commercial: Commercial = False,
    sounds: Sounds = None,
) -> None:
    """Teach a model folder again what YAMNet says of classes without clips: the last stage."""
    torch.set_num_threads(threads)
    told, where = read_readout(recipe, seed), _device(device)
    corpus, place = _learned_from(_corpus(data, yamnet, work, where), work, commercial)
    heard = tuple(sounds or ())
    remember(model, target, told, Bench(corpus, data, yamnet or data, place, where, heard))


@app.command()
def evaluate(
    data: Data,
    yamnet: Yamnet = None,
    work: Work = WORK,
    target: Target = TARGET,
    split: Annotated[str, typer.Option(help="Split to judge on.")] = "val",
) -> None:
    """Print what a model folder is worth; on FSD50K by its protocol."""
    lean = LeanModel.open(target)
    if is_fsd50k(data):
        for line in evaluate_fsd50k(lean, data, split).lines():
            typer.echo(line)
        return
    corpus = _corpus(data, yamnet, work, torch.device("cpu"))
    scores = SplitScores.measure(lean, corpus, split)
    figures = clip_figures(scores, corpus)
    figures |= remembered_figures(scores, corpus, yamnet or data)
    figures |= placed_figures(lean, data)
    for name, value in figures.items():
        typer.echo(f"{name:20} {'-' if math.isnan(value) else f'{value:.4f}'}")


@app.command()
def commercial(data: Data, yamnet: Yamnet = None, work: Work = WORK, threads: Threads = 2) -> None:
    """Print what it costs to learn only from clips that allow commercial use."""
    torch.set_num_threads(threads)
    corpus = _corpus(data, yamnet, work, torch.device("cpu"))
    _, kernel, bias = yamnet_trunk(yamnet or data)
    rows = yamnet_rows(corpus.taxonomy, yamnet or data).head(kernel, bias)
    for line in cost(corpus, rows):
        typer.echo(line)


@app.command(name="ablate")
def ablate_command(  # noqa: PLR0913, PLR0917  (a command's options are its parameters)
    data: Data,
    yamnet: Yamnet = None,
    work: Work = WORK,
    recipe: Config = None,
    seeds: Annotated[int, typer.Option(help="How many seeds.", min=1)] = 3,
    variant: Annotated[list[str] | None, typer.Option(help="Only these variants.")] = None,
    against: Annotated[str | None, typer.Option(help="Compare the others with this one.")] = None,
    device: Device = "auto",
    workers: Workers = 0,
) -> None:
    """Train and judge every variant with every seed, on the same data and budget."""
    known = {each.name: each for each in ablation.VARIANTS}
    names = [*(variant or known)]
    if against is not None and against not in names:
        names.append(against)
    unknown = set(names) - set(known)
    if unknown:
        raise UserError(f"There is no variant {min(unknown)}; there are {', '.join(known)}.")
    told, where = replace(read_recipe(recipe), peers=0), _device(device)
    corpus = _corpus(data, yamnet, work, where)
    shop = Workshop(corpus, yamnet or data, work / "ablation", where, workers)
    chosen = [known[name] for name in names]
    for line in ablation.table(ablation.run(shop, told, range(seeds), chosen)):
        typer.echo(line)
    for name in names:
        if against is not None and name != against:
            for line in ablation.differences(shop.work, corpus, name, against):
                typer.echo(line)


if __name__ == "__main__":
    app()
