"""leanviz: see, hear and question what LEAN recognises in sound."""

import os

__version__ = "0.1.0"

# Our matrices are small: a second BLAS thread only spins, which halves the speed of file analysis
# and takes the processor from the window. Must be said before numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
