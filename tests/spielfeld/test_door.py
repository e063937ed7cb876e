"""The public door: one line to make, train and load, and nothing loaded before it is used."""

import importlib
import pkgutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import spielfeld
from spielfeld import agents, envs, learning
from spielfeld.agents import QLearning, policy_gradient, tabular, value_based
from spielfeld.experiments.run import Run, train
from spielfeld.experiments.sources import settings_for
from spielfeld.learning.data_sets import Split

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[2]
LAZY = [spielfeld, agents, envs, learning, tabular, policy_gradient, value_based]
CLIFF = "spielfeld/CliffWalking-v0"


def modules_after(script: str) -> list[str]:
    """Our modules that a new interpreter holds after a script."""
    script += "\nimport sys\nprint(*[m for m in sys.modules if m.split('.')[0] == 'spielfeld'])"
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return run.stdout.split()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_importing_spielfeld_loads_no_package_of_ours() -> None:
    assert set(modules_after("import spielfeld")) == {"spielfeld", "spielfeld.lazy"}


def test_one_learner_loads_at_most_forty_of_our_modules() -> None:
    assert len(modules_after("from spielfeld.agents import QLearning")) <= 40


def test_importing_envs_registers_every_id() -> None:
    script = "import gymnasium, spielfeld.envs\nassert {!r} <= set(gymnasium.registry)"
    ours = {name for name in gym.registry if name.startswith("spielfeld/")}
    assert len(ours) > 25
    modules_after(script.format(ours))


@pytest.mark.parametrize("package", LAZY, ids=lambda package: package.__name__)
def test_every_export_is_there_and_is_no_module(package: ModuleType) -> None:
    inside = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert package.__all__ and not inside & set(package.__all__)
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert not isinstance(getattr(package, name), ModuleType)
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        package.Nothing  # noqa: B018


def test_star_import_gives_the_exports() -> None:
    names: dict[str, Any] = {}
    exec("from spielfeld.agents import *", names)
    assert names["QLearning"] is QLearning and set(agents.__all__) <= set(names)


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert spielfeld.__version__ == project["version"] == version("spielfeld")


def test_make_makes_worlds_and_rows(tmp_path: Path) -> None:
    assert spielfeld.make(CLIFF).unwrapped.model.states == 38
    maze = spielfeld.make("spielfeld/Maze-v0", rows=7, columns=9, seed=3)
    assert maze.unwrapped.model.states <= 63
    rows = spielfeld.make("two-moons", rows=100, test=0.2)
    assert isinstance(rows, Split) and rows.test.inputs.shape == (20, 2)
    (tmp_path / "my.toml").write_text("map = 'S..G'\n")
    assert spielfeld.make(tmp_path / "my.toml").unwrapped.model.states == 4


def test_train_gives_the_run_of_the_command_line() -> None:
    run = spielfeld.train("q-learning", CLIFF, samples=500, seed=1)
    command = [sys.executable, "-m", "spielfeld.experiments.command_line", "train", "q-learning"]
    words = [CLIFF, "--samples", "500", "--seed", "1"]
    told = subprocess.run([*command, *words], capture_output=True, text=True, check=True)
    assert [path.name for path in Path("runs").iterdir()] == [run.directory.name], told.stdout


def test_a_run_has_what_was_learned_where_and_how_well() -> None:
    run = spielfeld.train("q-learning", CLIFF, samples=5_000, seed=1, learning_rate=0.25)
    learner = QLearning(learning_rate=0.25, seed=1)
    learner.learn(spielfeld.make(CLIFF), samples=5_000)
    again = spielfeld.load(run.directory)
    for each in (run, again):
        assert isinstance(each.learner, QLearning) and each.learner is each.learner
        assert np.array_equal(each.learner.action_values, learner.action_values)
        assert each.source.unwrapped.model.states == 38
        assert each.history["samples"][-1] <= 5_000
        assert each.scores["samples"][-1] == 5_000
        assert each.score.share == run.summary["score"]["share"]


@pytest.mark.parametrize("name", ["q-learning", "QLearning", QLearning])
def test_a_learner_is_named_by_its_word_or_by_its_class(name: Any) -> None:
    assert spielfeld.train(name, "four-rooms", samples=10).spec.learner == "q-learning"


def test_ones_own_learner_trains_by_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("careful_learner.py").write_text(
        "from spielfeld.agents import QLearning\nclass Careful(QLearning):\n    pass\n"
    )
    monkeypatch.syspath_prepend(Path.cwd())
    careful = importlib.import_module("careful_learner").Careful
    run = spielfeld.train(careful, "four-rooms", samples=10)
    assert run.spec.learner == "careful_learner:Careful"
    with pytest.raises(ValueError, match="names 'careful_learner:Careful'"):
        spielfeld.load(run.directory)
    loaded = spielfeld.load(run.directory, own="careful_learner")
    assert isinstance(loaded.learner, careful)


def test_settings_that_ship_and_options_of_the_source_hold() -> None:
    shipped = settings_for("q-learning", "spielfeld/DynaMaze-v0")
    del shipped["samples"]
    tuned = spielfeld.train("q-learning", "spielfeld/DynaMaze-v0", samples=10, discount=0.5)
    assert shipped and tuned.spec.config.items() >= {**shipped, "discount": 0.5}.items()
    options = {"rows": 60, "noise": 0.3}
    run = spielfeld.train("logistic-regression", "two-moons", options=options)
    assert run.spec.samples == 20_000 and run.spec.source_options == options
    assert train(run.spec, Path("runs")).directory == run.directory


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: spielfeld.load("nothing"), r"nothing is no run: it has no spec\.json"),
        (lambda: spielfeld.load(3), "Expected the directory of a run"),  # type: ignore[arg-type]
        (lambda: spielfeld.make("four-roms"), "Did you mean four-rooms"),
        (lambda: spielfeld.make(spielfeld.make(CLIFF)), "Expected the name of a source"),
        (lambda: spielfeld.make("spielfeld/Maze-v0", row=7), "Did you mean rows?"),
        (lambda: spielfeld.train("q-lerning", CLIFF), "Did you mean q-learning"),
        (lambda: spielfeld.train(QLearning(), CLIFF), "learner's name or class"),  # type: ignore[arg-type]
        (lambda: spielfeld.train("q-learning", "iris"), "iris is a data set"),
        (lambda: spielfeld.train("ridge", CLIFF), "is a world"),
        (lambda: spielfeld.train("q-learning", CLIFF, samples=0), "samples must be 1 or more"),
        (lambda: spielfeld.train("q-learning", CLIFF, learning_rat=1), "mean learning_rate?"),
        (lambda: spielfeld.train("q-learning", CLIFF, discount=2), "discount must be"),
    ],
    ids=range(12),
)
def test_what_does_not_fit_gets_one_sentence(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)
    assert not Path("runs").exists()


def test_a_class_of_a_script_is_asked_for_its_file() -> None:
    script = (
        "import spielfeld\nfrom spielfeld.agents import QLearning\nclass Mine(QLearning): pass\n"
        f"try: spielfeld.train(Mine, {CLIFF!r})\nexcept ValueError as error: print(error)\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "put Mine into a file, my_module.py, and name it 'my_module:Mine'" in answer.stdout


def test_learner_and_source_are_of_one_session() -> None:
    run = spielfeld.train("logistic-regression", "two-moons", samples=200)
    assert isinstance(run, Run)
    assert run.source is run.source and run.restored() is not run.restored()
    assert run.learner.predict(run.source.test.inputs[:3]).shape[0] == 3
