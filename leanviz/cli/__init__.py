"""The command line. Each command imports what it needs when it runs, so that help comes at once."""

try:
    # each adds its commands to the program, in the order in which help has them
    from leanviz.cli import commands, picture_commands, system_commands, timing_commands
    from leanviz.cli.program import app, main
except KeyboardInterrupt:  # Ctrl+C in the first tenth of a second, before anything handles it
    raise SystemExit(130) from None

__all__ = ["app", "commands", "main", "picture_commands", "system_commands", "timing_commands"]
