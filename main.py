"""Start leanviz: the window without arguments, else a command or files."""

from leanviz.cli import main

# a batch starts processes that read this file again
if __name__ == "__main__":
    main()
