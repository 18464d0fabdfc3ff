"""LEAN defined, trained, evaluated and exported with PyTorch (extra `training`)."""
