"""Runs that were damaged, or written by a stranger: each ends in a sentence that names the file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.files import ModelFileError, load_model, save_model

PPO = {"num_envs": 2, "steps": 16, "batch_size": 16, "epochs": 1, "hidden": [8]}
DQN = {"num_envs": 2, "learning_starts": 20, "hidden": [8]}
SPECS = {
    "ppo": RunSpec("ppo", "spielfeld/FrozenLake-v0", 400, config=PPO),
    "dqn": RunSpec("dqn", "spielfeld/FrozenLake-v0", 400, config=DQN),
    "q-learning": RunSpec("q-learning", "spielfeld/CliffWalking-v0", 2_000),
}


@pytest.fixture(params=SPECS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    return train(SPECS[request.param], tmp_path)


def reseal(run: Run, arrays: dict[str, Any], **header: Any) -> None:
    """Write a model file as a stranger might who knows how to seal it; None leaves out."""
    path = run.directory / "model.safetensors"
    given, new = (arrays, header), []
    for old, changes in zip(load_model(path), given, strict=True):
        kept = {name: value for name, value in old.items() if name not in changes}
        new.append(kept | {name: value for name, value in changes.items() if value is not None})
    save_model(path, *new)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"columns": None}, "it has no 'columns'"),
        ({"columns": {"history": ["samples"]}}, "it has no 'scores'"),
        ({"columns": {"history": ["shoe size"], "scores": []}}, "it has no 'history.shoe size'"),
        ({"columns": 7}, "not subscriptable"),
        ({"learner": None}, "it has no 'learner'"),
        ({"learner": {}}, "has no"),
        ({"learner": [3]}, ""),
        ({"samples": "many"}, "many"),
        ({"samples": None}, "it has no 'samples'"),
        ({"seconds": [1]}, "seconds must be a finite number"),
    ],
)
def test_headers_that_say_something_else_are_refused(run: Run, header: dict, reason: str) -> None:
    reseal(run, {}, **header)
    with pytest.raises(ModelFileError, match=rf"model\.safetensors: does not fit: .*{reason}"):
        run.restored()


@pytest.mark.parametrize("name", ["ppo", "dqn"])
def test_weights_that_are_none_are_refused_by_name(name: str, tmp_path: Path) -> None:
    trained = train(SPECS[name], tmp_path)
    arrays, _ = load_model(trained.directory / "model.safetensors")
    weights = next(name for name in arrays if name.startswith("function."))
    for wrong, reason in (
        (None, f"The saved state has no '{weights}'"),
        (arrays[weights].astype(np.int64), f"'{weights}' holds int64, but float32 is needed"),
        (arrays[weights][:-1], f"'{weights}' has shape"),
        (np.full_like(arrays[weights], np.nan), f"'{weights}' must be a finite number, not nan"),
    ):
        reseal(trained, {weights: wrong})
        with pytest.raises(ModelFileError, match=f"does not fit: .*{reason}"):
            trained.restored()
        reseal(trained, {weights: arrays[weights]})
    assert trained.restored()


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"learner": 7}, "learner must be a word, not 7"),
        ({"source": 5}, "source must be a word, not 5"),
        ({"source_options": [1]}, r"source_options must be a table of names and values, not \[1\]"),
        ({"config": "wide"}, "config must be a table of names and values"),
        ({"seed": "a"}, "seed must be a whole number, not 'a'"),
        ({"samples": 1e9}, "samples must be a whole number, not 1000000000.0"),
    ],
)
def test_specs_of_other_kinds_are_refused(tmp_path: Path, spec: dict, reason: str) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(json.loads(SPECS["ppo"].to_json()) | spec))
    with pytest.raises(ValueError, match=rf"spec\.json is not the spec of a run \({reason}"):
        RunSpec.load(path)
    path.write_text("[" * 100_000)
    with pytest.raises(ValueError, match=r"spec\.json is not the spec of a run"):
        RunSpec.load(path)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"hidden": "abc"}, "hidden must be a row of values, not 'abc'"),
        ({"hidden": [1e3]}, "hidden must be a whole number, 1 or more, not 1000.0"),
        ({"learning_rate": "x"}, "learning_rate must be a number, above 0, not 'x'"),
        ({"steps": 1.5}, "steps must be a whole number, 1 or more, not 1.5"),
        ({"network": 3}, "There is no network 3: choose one of numpy, torch, linear"),
    ],
)
def test_settings_of_other_kinds_are_refused(setting: dict, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Training(RunSpec("ppo", "spielfeld/FrozenLake-v0", 400, config=setting))
    Training(RunSpec("ppo", "spielfeld/FrozenLake-v0", 400, config={"learning_rate": 1}))


def test_what_is_missing_of_a_finished_run_is_named(tmp_path: Path) -> None:
    trained = Run.load(train(SPECS["q-learning"], tmp_path).directory)
    (trained.directory / "scores.csv").write_text("")
    with pytest.raises(ValueError, match=r"scores\.csv is damaged: expected columns samples, val"):
        _ = trained.scores
    (trained.directory / "history.csv").unlink()
    with pytest.raises(ValueError, match=r"history\.csv is missing: remove .*, and the same train"):
        _ = trained.history
