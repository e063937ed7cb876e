import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from spielfeld.experiments import run as run_module
from spielfeld.experiments.command_line import main
from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.experiments.watch import shown_values
from spielfeld.learning import ModelFileError, load_model
from spielfeld.loop_cache import COMPILING

SPEC = RunSpec("q-learning", "spielfeld/CliffWalking-v0", 6_000, seed=3)
IMPATIENT = """
import sys
from pathlib import Path
import spielfeld.experiments.run
from spielfeld.experiments.command_line import main
spielfeld.experiments.run.CHECKPOINT_SECONDS = 0.0
Path(sys.argv[1]).touch()
sys.exit(main(sys.argv[2:]))
"""


def result(run: Run) -> dict:
    """Everything that a run ended with, but for how long it took."""
    arrays, header = load_model(run.directory / "model.safetensors")
    header.pop("seconds")
    summary = {key: value for key, value in run.summary.items() if key != "seconds"}
    names = ("history.csv", "spec.json")
    files = {name: (run.directory / name).read_bytes() for name in names}
    scores = {key: column for key, column in run.scores.columns.items() if key != "seconds"}
    arrays = {key: column for key, column in arrays.items() if key != "scores.seconds"} | scores
    files |= {name: array.tobytes() for name, array in arrays.items()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return {"header": header, "summary": summary, **digests}


def test_run_writes_its_directory(tmp_path: Path) -> None:
    run = train(SPEC, tmp_path)
    names = {path.name for path in run.directory.iterdir()}
    assert names == {"spec.json", "history.csv", "scores.csv", "model.safetensors", "summary.json"}
    assert run.directory.name.startswith("q-learning_CliffWalking-v0_seed-3_")
    assert Run.load(run.directory).summary == run.summary
    assert run.summary["score"]["optimum"] == pytest.approx(-13)
    assert run.history["samples"][-1] <= 6_000
    assert run.scores["samples"].tolist() == list(range(0, 6_001, 120))
    learner, env = run.learner, run.source
    assert learner.samples == 6_000 and env.unwrapped.model.states == 38


def test_equal_specs_give_equal_runs_and_seeds_differ(tmp_path: Path) -> None:
    first, second = (train(SPEC, tmp_path / name) for name in ("a", "b"))
    assert result(first) == result(second)
    other = train(RunSpec(SPEC.learner, SPEC.source, SPEC.samples, seed=4), tmp_path)
    assert result(other)["memory.table"] != result(first)["memory.table"]


def test_complete_run_is_not_run_again(tmp_path: Path) -> None:
    run = train(SPEC, tmp_path)
    before = (run.directory / "summary.json").stat().st_mtime_ns
    train(SPEC, tmp_path)
    assert (run.directory / "summary.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("portion", [1, 7, 1_000])
def test_portions_do_not_change_what_is_learned(tmp_path: Path, portion: int) -> None:
    spec = RunSpec("q-learning", "spielfeld/FrozenLake-v0", 2_000)

    def teach(training: Training) -> None:
        while training.portion:
            training.advance(portion)

    assert result(train(spec, tmp_path / "a", teach)) == result(train(spec, tmp_path / "b"))


@pytest.mark.parametrize("observation", ["index", "position"])
def test_resumed_run_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, observation: str
) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)
    spec = RunSpec(
        "q-learning",
        "spielfeld/KeysAndDoors-v0",
        5_000,
        source_options={"observation": observation},
    )

    def stop(training: Training) -> None:
        training.advance(777)
        raise RuntimeError("power cut")

    for _ in range(3):
        with pytest.raises(RuntimeError, match="power cut"):
            train(spec, tmp_path / "a", stop)
    assert result(train(spec, tmp_path / "a")) == result(train(spec, tmp_path / "b"))


@pytest.mark.parametrize("source", ["MountainCar-v0", "CartPole-v1", "Blackjack-v1"])
def test_resumed_run_in_a_world_of_gymnasium_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)
    spec = RunSpec("sarsa", source, 1_500)

    def stop(training: Training) -> None:
        training.advance(333)
        raise RuntimeError("power cut")

    for _ in range(3):
        with pytest.raises(RuntimeError, match="power cut"):
            train(spec, tmp_path / "a", stop)
    assert result(train(spec, tmp_path / "a")) == result(train(spec, tmp_path / "b"))


def test_run_goes_on_with_a_new_episode_where_the_world_cannot_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(run_module, "world_state", lambda env: None)
    spec = RunSpec("sarsa", "MountainCar-v0", 1_500)

    def stop(training: Training) -> None:
        training.advance(333)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        train(spec, tmp_path, stop)
    history = train(spec, tmp_path).history
    assert history["samples"].tolist() == [200, 533, 733, 933, 1133, 1333]


def test_watching_does_not_change_what_is_recorded(tmp_path: Path) -> None:
    def watch(training: Training) -> None:
        for samples in (0, 0, 1_000):  # the first for a picture before all learning
            training.advance(samples)
            assert shown_values(training.learner, training.source).shape == (38, 4)

    assert result(train(SPEC, tmp_path / "a", watch)) == result(train(SPEC, tmp_path / "b"))


def test_seconds_of_compiling_are_no_seconds_of_learning(monkeypatch: pytest.MonkeyPatch) -> None:
    training, clock = Training(SPEC), iter([10.0, 17.0])

    def learn(source: object, samples: int) -> None:
        COMPILING.seconds += 5.0

    monkeypatch.setattr(training.learner, "learn", learn)
    monkeypatch.setattr(COMPILING, "seconds", 3.0)
    monkeypatch.setattr(run_module.time, "perf_counter", lambda: next(clock))
    training.learn(100)
    assert training.seconds == 2.0


def test_ctrl_c_does_not_wait_while_a_picture_is_only_shown(tmp_path: Path) -> None:
    def linger(training: Training) -> None:
        training.advance(1_000)
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("still shown")

    with pytest.raises(KeyboardInterrupt):
        train(SPEC, tmp_path / "a", linger)
    checkpoint = tmp_path / "a" / SPEC.directory_name / "checkpoint.safetensors"
    assert load_model(checkpoint)[1]["samples"] == 1_000
    assert result(train(SPEC, tmp_path / "a")) == result(train(SPEC, tmp_path / "b"))


def test_ctrl_c_saves_and_goes_on_later(tmp_path: Path) -> None:
    def press(training: Training) -> None:
        training.advance(1_000)
        learn = training.learner.learn

        def interrupted(source: object, samples: int) -> object:
            training.learner.learn = learn
            os.kill(os.getpid(), signal.SIGINT)
            return learn(source, samples)

        training.learner.learn = interrupted
        training.advance(1_000)

    with pytest.raises(KeyboardInterrupt):
        train(SPEC, tmp_path / "a", press)
    directory = tmp_path / "a" / SPEC.directory_name
    assert {path.name for path in directory.iterdir()} == {"spec.json", "checkpoint.safetensors"}
    assert load_model(directory / "checkpoint.safetensors")[1]["samples"] == 2_000
    assert result(train(SPEC, tmp_path / "a")) == result(train(SPEC, tmp_path / "b"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "kills"),
    [
        (["q-learning", "spielfeld/JumpGridWorld-v0", "--samples", "10000000"], 3),
        (
            [
                "q-learning",
                "spielfeld/FrozenLake-v0",
                "--samples",
                "100000",
                "--set",
                "observation=position",
            ],
            2,
        ),
        (["ppo", "spielfeld/FourRooms-v0", "--samples", "50000"], 2),
        (["dqn", "spielfeld/FrozenLake-v0", "--samples", "20000"], 2),
    ],
)
def test_killed_at_random_moments_the_run_ends_bit_identical(
    tmp_path: Path, arguments: list[str], kills: int
) -> None:
    generator = np.random.default_rng(kills + len(arguments))
    begun = tmp_path / "begun"

    def start(root: str) -> subprocess.Popen:
        begun.unlink(missing_ok=True)
        command = [sys.executable, "-c", IMPATIENT, str(begun), "train", *arguments]
        return subprocess.Popen(
            [*command, "--directory", str(tmp_path / root)], stdout=subprocess.DEVNULL
        )

    for _ in range(kills):
        process = start("killed")
        while not begun.exists():
            time.sleep(0.01)
        time.sleep(float(generator.uniform(0.3, 1.2)))
        process.kill()
        process.wait()
    assert start("killed").wait() == 0 == start("whole").wait()
    killed, whole = (Run.load(next((tmp_path / root).iterdir())) for root in ("killed", "whole"))
    assert result(killed) == result(whole)


def test_what_cannot_learn_there_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Use a learner with a network"):
        train(RunSpec("q-learning", "spielfeld/ConnectFour-v0", 100), tmp_path)
    assert not list(tmp_path.iterdir())


def test_damaged_checkpoint_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / SPEC.directory_name
    directory.mkdir()
    (directory / "checkpoint.safetensors").write_bytes(b"rubbish")
    with pytest.raises(ModelFileError, match=r"checkpoint\.safetensors: is damaged"):
        train(SPEC, tmp_path)


def test_model_of_another_run_is_refused(tmp_path: Path) -> None:
    run = train(SPEC, tmp_path)
    other = Training(RunSpec("q-learning", "spielfeld/DynaMaze-v0", 10))
    with pytest.raises(ValueError, match="was saved with another spec"):
        other.restore(run.directory / "model.safetensors")


def test_directories_that_hold_no_finished_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is no run: it has no spec\.json"):
        Run.load(tmp_path)
    (tmp_path / "spec.json").write_text(SPEC.to_json())
    with pytest.raises(ValueError, match="is not finished"):
        Run.load(tmp_path)
    for text in ("[]", "{}", "", '{"score": {}}', '{"score": {"value": "x"}, "seconds": 1}'):
        (tmp_path / "summary.json").write_text(text)
        with pytest.raises(ValueError, match=r"summary\.json is damaged: remove it"):
            Run.load(tmp_path)
    for text in ("[]", "{}", "nonsense", json.dumps({"samples": 1})):
        (tmp_path / "spec.json").write_text(text)
        with pytest.raises(ValueError, match="is not the spec of a run"):
            Run.load(tmp_path)


def test_damaged_tables_are_named(tmp_path: Path) -> None:
    run = Run(tmp_path, SPEC, {})
    (tmp_path / "history.csv").write_bytes(b"\xff\xff")
    with pytest.raises(ValueError, match=r"history\.csv is damaged: it is not a text file"):
        _ = run.history
    (tmp_path / "scores.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"scores\.csv is damaged: expected columns samples, v"):
        _ = run.scores


def test_budget_and_seed_must_make_sense() -> None:
    with pytest.raises(ValueError, match="samples must be 1 or more, not -5"):
        RunSpec("q-learning", "spielfeld/CliffWalking-v0", -5)
    with pytest.raises(ValueError, match="seed must be 0 or more, not -1"):
        RunSpec("q-learning", "spielfeld/CliffWalking-v0", 5, seed=-1)


def test_an_edited_layout_is_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = []
    for goal in ("G", ".G"):
        Path("my.toml").write_text(f"map = '''\nS..{goal}\n'''\n")
        names.append(RunSpec("q-learning", "my.toml", 10).directory_name)
    assert names[0] != names[1]


def test_a_run_is_not_scored_on_a_layout_that_changed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.toml").write_text("map = 'S..G'\n")
    run = train(RunSpec("q-learning", "my.toml", 10), tmp_path)
    assert run.source.unwrapped.model.states == 4
    Path("my.toml").write_text("map = '..SG'\n")
    with pytest.raises(ValueError, match=r"my\.toml has changed since .*: train again"):
        _ = run.learner


def test_learner_without_state_runs_without_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lazy_learner.py").write_text(
        "import numpy as np\n"
        "from spielfeld.learning import History\n"
        "class Lazy:\n"
        "    def __init__(self, seed=0): pass\n"
        "    def predict(self, inputs): return np.zeros((*np.shape(inputs), 4))\n"
        "    def learn(self, source, samples): return History()\n"
    )
    run = train(RunSpec("lazy_learner:Lazy", "spielfeld/CliffWalking-v0", 100), tmp_path)
    assert run.summary["score"]["share"] == pytest.approx(0.0)
    assert len(run.history) == 0


@pytest.mark.parametrize("field", ["source", "learner"])
def test_nothing_is_called_because_a_file_of_a_run_names_it(
    tmp_path: Path, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = train(SPEC, tmp_path)
    evil, place = tmp_path / "evil", run.directory / "spec.json"
    spec = json.loads(place.read_text())
    spec |= {field: "pathlib:Path.touch", "source_options": {"self": str(evil)}}
    if field == "source":
        spec |= {"source": "os:system", "source_options": {"command": f"touch {evil}"}}
    place.write_text(json.dumps(spec))
    for words in (
        ["evaluate", str(run.directory)],
        ["play", "--text", "--run", str(run.directory)],
    ):
        assert main(words) == 2
        module = spec[field].partition(":")[0]
        assert f"add --own {module} (in Python own='{module}')." in capsys.readouterr().err
    assert not evil.exists()


def test_an_option_in_a_file_of_a_run_names_no_function(tmp_path: Path) -> None:
    run = train(RunSpec("q-learning", "spielfeld/RandomWalk5-v0", 200), tmp_path)
    place, evil = run.directory / "spec.json", tmp_path / "evil"
    options = {"world": "os:system", "command": f"touch {evil}"}
    place.write_text(json.dumps(json.loads(place.read_text()) | {"source_options": options}))
    with pytest.raises(ValueError, match="names 'os:system', and a file does not choose code"):
        Run.load(run.directory)
    with pytest.raises(ValueError, match="'os:system' is no world of Spielfeld"):
        Run.load(run.directory, own="os").restored()
    assert not evil.exists()
