"""``leanviz score``: clip scores of every file in a manifest, for judging a model."""

import csv
import io
from pathlib import Path

import numpy as np

from leanviz.cli.console import say
from leanviz.cli.engine import open_model, report_on
from leanviz.cli.progress import ProgressBar
from leanviz.core.bounded import MOST_TABLE_BYTES, read_bounded
from leanviz.core.errors import UserError
from leanviz.sessions.report import ClipReport
from leanviz.sessions.writing import check_place, replacing


def score(manifest: Path, output: Path, split: str | None, model: Path | None) -> bool:
    """Write the clip scores of a manifest's files; return whether every file could be analysed.

    The arrays of the .npz: ``files`` [n] as the manifest names them, ``labels`` [n_classes],
    ``clip_scores`` [n, n_classes]. A file that cannot be analysed has no row, so that no row holds
    made-up numbers; rows are matched by ``files``, not by position.

    Raises
    ------
    UserError
        If the manifest, the model or the output is unusable.
    """
    names = read_manifest(manifest, split)
    check_place(output)
    lean, rules = open_model(model)
    files: list[str] = []
    rows: list[np.ndarray] = []
    with ProgressBar(len(names)) as bar:
        for name in names:
            report = report_on(manifest.parent / name, lean, rules, bar)
            if isinstance(report, ClipReport):
                files.append(name)
                rows.append(report.clip_scores)
            bar.step()
    scores = np.array(rows, np.float32).reshape(len(files), len(lean.taxonomy))
    with replacing(output) as place, place.open("wb") as file:
        np.savez_compressed(
            file,
            files=np.array(files, str),
            labels=np.array(lean.taxonomy.names),
            clip_scores=scores,
        )
    say(f"{len(files)} of {len(names)} files scored.")
    return len(files) == len(names)


def read_manifest(manifest: Path, split: str | None = None) -> list[str]:
    """Return the ``filename`` column of a CSV file, of the rows of one ``split`` if it is given.

    Raises
    ------
    UserError
        If the manifest cannot be read, lacks a column, or lists no file.
    """
    try:
        content = read_bounded(manifest, MOST_TABLE_BYTES).decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(content, newline=""))
        rows, columns = list(table), table.fieldnames or []
    except OSError as error:
        raise UserError(f"The manifest {manifest} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"The manifest {manifest} is not a CSV table in UTF-8.") from error
    for column in ("filename",) if split is None else ("filename", "split"):
        if column not in columns:
            raise UserError(f'The manifest {manifest} has no column "{column}".')
    names = [row["filename"] for row in rows if split is None or row["split"] == split]
    if not all(names):
        raise UserError(f"The manifest {manifest} has a row without a filename.")
    if not names:
        which = "" if split is None else f' in the split "{split}"'
        raise UserError(f"The manifest {manifest} lists no file{which}.")
    return names
