"""Settings of property tests."""

from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("leanviz", deadline=None)
settings.load_profile("leanviz")
