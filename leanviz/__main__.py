"""Run leanviz as ``python -m leanviz``."""

from leanviz.cli import main

if __name__ == "__main__":
    main()
