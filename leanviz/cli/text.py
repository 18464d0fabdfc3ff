"""What results look like in a terminal."""

from rich.table import Table
from rich.text import Text

from leanviz.audio.recording_date import zone_words
from leanviz.models.time_text import elapsed
from leanviz.sessions.report import ClipReport

TOP_SCORES = 5


def summary(report: ClipReport) -> Text:
    """Return name, length and best clip scores of a file."""
    top = ", ".join(f"{title(report, name)} {score:.2f}" for name, score in report.top(TOP_SCORES))
    facts = f"  {elapsed(report.duration_s)}, {report.sample_rate} Hz"
    if report.started is not None and report.dated_by:
        zone = zone_words(report.started)
        facts += f", began {report.started:%Y-%m-%d %H:%M:%S} {zone} ({report.dated_by})"
    return Text.assemble((report.file, "bold"), facts, "\n", f"Whole clip: {top}")


def events_table(report: ClipReport) -> Table | Text:
    """Return the events of a file as a table."""
    if not report.events:
        return Text("No event above its threshold.\n")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Onset", justify="right")
    table.add_column("Offset", justify="right")
    table.add_column("Label", no_wrap=True)
    table.add_column("Score", justify="right")
    for event in report.events:
        times = elapsed(report.onset_s(event)), elapsed(report.offset_s(event))
        table.add_row(*times, Text(title(report, event.label)), f"{event.score:.2f}")
    return table


def title(report: ClipReport, name: str) -> str:
    """Return the display name of a label."""
    return report.taxonomy[report.taxonomy.index(name)].title
