"""A disk with little space, as far as this process can tell."""

import resource
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def little_space(size: int) -> Generator[None]:
    """Let no file grow beyond `size`: the kernel refuses to write, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
