"""Types and signal arithmetic on numpy and the standard library alone."""
