# Each target does its own set-up, in an environment of its own that is reused while it is current.
PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= dev
BIN := $(VENV)/bin
COMMA := ,
# Without PyTorch and scikit-learn what wraps them cannot be run, so that less is covered.
COVERED := $(if $(and $(findstring deep,$(EXTRAS)),$(findstring ml,$(EXTRAS))),95,90)
READY := $(VENV)/.ready
TESTABLE := $(VENV)/.ready-$(subst $(COMMA),-,$(EXTRAS))

.DEFAULT_GOAL := help
.PHONY: help demo quick test check format benchmark baselines clean

help:  ## show these lines
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

demo:  ## an agent crosses a frozen lake, and three learners are compared (no screen needed)
	$(MAKE) EXTRAS=deep $(VENV)/.ready-deep
	$(BIN)/spielfeld train q-learning spielfeld/FrozenLake8x8-v0 --gif
	$(BIN)/spielfeld compare q-learning ppo sb3-ppo --source spielfeld/CornerGridWorld-v0 \
		--seeds 3 --samples 8192 --output runs/demo

quick: $(TESTABLE)  ## most laws (209 seconds of processor time, in two processes)
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not slow and not whole" \
		tests/laws tests/spielfeld tests/learning tests/envs tests/agents

test: $(TESTABLE)  ## all tests, and their branch coverage
	rm -f .coverage .coverage.*
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -n 2 -m uncompiled --cov --cov-append --cov-report=
	$(BIN)/coverage report --fail-under=$(COVERED)

check: $(TESTABLE)  ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(TESTABLE)  ## rewrite the code as `check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmark:  ## our speed beside the peers, from one run
	$(MAKE) EXTRAS=dev,deep,peers $(VENV)/.ready-dev-deep-peers
	$(BIN)/spielfeld benchmark

baselines:  ## our PPO beside Stable-Baselines3's, in eight worlds (two hours)
	$(MAKE) EXTRAS=deep,box2d $(VENV)/.ready-deep-box2d
	$(BIN)/spielfeld compare ppo sb3-ppo --source CartPole-v1 Acrobot-v1 Pendulum-v1 LunarLander-v3 \
		spielfeld/FrozenLake8x8-v0 spielfeld/FourRooms-v0 \
		spielfeld/Maze-v0:rows=11,columns=11,seed=1,observation=view --output runs/baselines
	$(BIN)/spielfeld compare ppo sb3-maskable-ppo \
		--source spielfeld/ConnectFour-v0:opponent=rule --seeds 30 --output runs/baselines-masked

clean:  ## remove the environment and what tools left behind
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Spielfeld needs Python 3.11 or newer; name one with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(TESTABLE): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@
