#!/bin/sh
# Installs PyTorch for the training tests where its CPU build can be had; the rest does without it.
set -u
cd "$(dirname "$0")/.."

if .venv/bin/python -c 'import torch' 2>/dev/null; then exit 0; fi
if ! .venv/bin/pip install --quiet --no-deps --require-hashes -r .ci/requirements-torch.txt 2>/dev/null; then
    echo "PyTorch's CPU build could not be had: the training tests will be skipped; to run them, install" \
        "torch into .venv as pytorch.org says (Linux, pip, CPU) and repeat."
fi
