"""leanviz: see, hear and question what LEAN recognises in sound."""

import os

__version__ = "0.1.0"

# Our matrices are small: a second BLAS thread only spins, which halves the speed of file analysis
# and takes the processor from the window. Must be said before numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# ONNX Runtime (since 1.29 on Linux too) gives the machine an id, notes how it is used, and can send
# that to its makers. Nothing is to leave: it is told so before it is first imported, since its own
# disable_telemetry_events comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
