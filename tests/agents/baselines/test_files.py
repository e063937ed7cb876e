"""Files of baselines: numbers alone, whoever wrote them."""

import os
import pickle
import signal
from pathlib import Path

import numpy as np
import pytest

from spielfeld.experiments import run as run_module
from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.files import ModelFileError, load_model, save_model

pytestmark = pytest.mark.whole

torch = pytest.importorskip("torch")
sb3 = pytest.importorskip("stable_baselines3")

SETTINGS = {"num_envs": 2, "steps": 32, "batch_size": 32, "epochs": 1, "hidden": [8]}
SPEC = RunSpec("sb3-ppo", "spielfeld/FrozenLake-v0", 500, seed=2, config=SETTINGS)
SHORT = {"max_episode_steps": 10}
BOXES = RunSpec("sb3-a2c", "Pendulum-v1", 200, config={"hidden": [8]}, source_options=SHORT)
BATCHES = RunSpec("sb3-dqn", "CartPole-v1", 300, config={"hidden": [8]}, source_options=SHORT)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(SPEC, tmp_path_factory.mktemp("runs"))


@pytest.fixture
def model(run: Run, tmp_path: Path) -> Path:
    """A copy of the model, to be tampered with."""
    copy = tmp_path / "model.safetensors"
    copy.write_bytes((run.directory / "model.safetensors").read_bytes())
    return copy


class Bomb:
    """Runs code in whoever unpickles it."""

    def __init__(self, crater: Path) -> None:
        self.crater = crater

    def __reduce__(self):
        return Path.touch, (self.crater,)


def test_finished_run_is_evaluated_again_to_the_last_bit(run: Run) -> None:
    learner = run.learner
    assert run.summary["samples"] == learner.samples == 512
    assert run.restored().evaluator(learner) == run.score
    again = train(SPEC, run.directory.parent / "again")
    states = np.arange(16)
    assert np.array_equal(again.learner.predict(states), learner.predict(states))
    assert again.history == run.history and len(run.history) > 10


@pytest.mark.parametrize("spec", [BOXES, BATCHES])
def test_worlds_without_a_model_are_played(spec: RunSpec, tmp_path: Path) -> None:
    run = train(spec, tmp_path)
    assert run.score.episodes == 100 and run.restored().evaluator(run.learner) == run.score


def test_pickles_in_the_place_of_a_model_are_refused_and_execute_nothing(
    model: Path, tmp_path: Path
) -> None:
    crater, training = tmp_path / "crater", Training(SPEC)
    pickle.loads(pickle.dumps(Bomb(crater)))
    assert crater.exists()  # so it works, if anybody is so careless
    crater.unlink()
    model.write_bytes(pickle.dumps(Bomb(crater)))
    with pytest.raises(ModelFileError, match="is damaged, or is not a model file of Spielfeld"):
        training.restore(model)
    torch.save({"policy": Bomb(crater)}, model)
    with pytest.raises(ModelFileError, match="is damaged, or is not a model file of Spielfeld"):
        training.restore(model)
    assert not crater.exists()


def test_files_of_the_library_itself_are_refused(model: Path) -> None:
    with open(model, "wb") as file:
        sb3.PPO("MlpPolicy", "CartPole-v1", device="cpu").save(file)
    with pytest.raises(ModelFileError, match="is not a model file of Spielfeld"):
        Training(SPEC).restore(model)


def test_any_altered_byte_is_noticed(model: Path) -> None:
    whole, training = model.read_bytes(), Training(SPEC)
    for place in np.random.default_rng(0).integers(len(whole), size=50).tolist():
        model.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ModelFileError, match="is damaged"):
            training.restore(model)


def test_sealed_file_with_altered_shapes_is_refused_by_name(model: Path) -> None:
    arrays, header = load_model(model)
    name = next(name for name in arrays if name.startswith("policy."))
    save_model(model, {**arrays, name: np.zeros((5, 5))}, header)
    with pytest.raises(ValueError, match=f"'{name}' has shape"):
        Training(SPEC).restore(model)


def test_model_file_holds_numbers_and_words_alone(model: Path) -> None:
    arrays, header = load_model(model)
    assert all(array.dtype.kind in "fi" for array in arrays.values())
    assert header["learner"] == {"samples": 512}


def test_interrupted_run_begins_anew(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)

    def press(training: Training) -> None:
        training.advance(100)
        training.advance(100)
        os.kill(os.getpid(), signal.SIGINT)
        training.advance(100)

    root = run.directory.parent / "interrupted"
    with pytest.raises(KeyboardInterrupt):
        train(SPEC, root, press)
    assert [path.name for path in (root / SPEC.directory_name).iterdir()] == ["spec.json"]
    anew = train(SPEC, root)
    assert anew.history == run.history and anew.score == run.score
