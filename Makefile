# `make run` starts leanviz, `make test` runs every test; both set up what they need first.
# Stamps in .venv remember what was done, so that a second run starts at once.

PYTHON ?=
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check
LOCKED := install --quiet --require-hashes --only-binary :all:

.PHONY: run setup test check audit bench bench-live soak mutants demo pictures docs wheel bundle lock clean help

run: setup                          ## set up if need be, then open the window (or say why there is none)
	$(BIN)/python main.py $(ARGS)

setup: .venv/.stamp-system .venv/.stamp-run    ## make .venv and install what leanviz runs on

test: setup-test                    ## set up if need be, then run the tests (with ARGS: pytest on just those)
ifeq ($(strip $(ARGS)),)
	@sh .ci/test.sh
else
	$(BIN)/pytest $(ARGS)
endif

check: .venv/.stamp-dev             ## format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/pytest -q tests/test_architecture.py

audit:                              ## ask, over the network, whether a pinned version has a known weakness
	@$(or $(PYTHON),python3) .ci/audit.py

bench: setup-test                   ## measure what the documentation promises: less than ten minutes on a quiet machine
	$(BIN)/python -m tests.support.bench_live $(or $(ARGS),--all)

bench-live: setup-test              ## measure the window while it listens, on a screen and a microphone of its own
	$(BIN)/python -m tests.support.bench_live --live $(ARGS)

soak: setup-test                    ## the tests that run for minutes
	$(BIN)/pytest -m soak -s -o faulthandler_timeout=0 $(ARGS)

mutants: setup-test                 ## plant faults in a copy of the code: each must turn a test red
	@$(BIN)/python -m tests.support.mutants $(ARGS)

demo: setup-test                    ## make the demo clip in resources/ again
	$(BIN)/python -m leanviz.training.demo_clip

pictures: setup                     ## draw the pictures of the README and the docs again
	$(BIN)/python .ci/pictures.py

docs: build/tools/docs/.stamp       ## build the documentation as pages, into build/docs
	build/tools/docs/bin/mkdocs build --strict --quiet --config-file .ci/mkdocs.yml
	@echo "Open build/docs/index.html"

wheel: .venv/.stamp-run             ## build the wheel into dist/ and try it where nothing else is
	@sh .ci/wheel.sh

bundle: build/tools/bundle/.stamp   ## make a folder with all of leanviz in dist/, Python included, and try it
	@sh .ci/bundle.sh

lock:                               ## resolve the pinned versions again (ARGS=--upgrade for the newest)
	PYTHON="$(PYTHON)" sh .ci/lock.sh $(ARGS)

clean:                              ## remove .venv and everything made by the checks
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find leanviz tests -name __pycache__ -type d -prune -exec rm -rf {} +

help:                               ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

.PHONY: setup-test
setup-test: setup .venv/.stamp-dev .venv/.stamp-torch .venv/.stamp-system-test

.venv/.stamp-venv: .ci/venv.sh
	@PYTHON="$(PYTHON)" sh .ci/venv.sh
	@touch $@

.venv/.stamp-system: .ci/system.sh | .venv/.stamp-venv
	@sh .ci/system.sh run $@

.venv/.stamp-system-test: .ci/system.sh | .venv/.stamp-system
	@sh .ci/system.sh test $@

.venv/.stamp-run: .ci/requirements.txt pyproject.toml .venv/.stamp-venv
	$(PIP) $(LOCKED) -r .ci/requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.stamp-dev: .ci/requirements-dev.txt .venv/.stamp-run
	$(PIP) $(LOCKED) -r .ci/requirements-dev.txt
	@touch $@

# tools that leanviz itself has nothing to do with get an environment of their own
build/tools/%/.stamp: .ci/requirements-%.txt | .venv/.stamp-venv
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/pip --disable-pip-version-check $(LOCKED) -r $<
	@touch $@

.venv/.stamp-torch: .ci/requirements-torch.txt .venv/.stamp-dev
	@sh .ci/torch.sh
	@touch $@
