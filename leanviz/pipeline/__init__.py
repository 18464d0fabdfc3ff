"""Threads and the one engine behind live, file and command line; no Qt."""
