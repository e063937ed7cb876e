"""What a run names of one's own is imported where its user names the module, and nowhere else."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spielfeld.experiments.command_line import main
from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.sources import make_source
from spielfeld.experiments.spec import RunSpec
from tests.experiments.foreign_specs import LEARNER, WORLD

ROOT = Path(__file__).parents[2]
COMMANDS = ("play", "evaluate")
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name in ("my_learner", "my_old", "my_world"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    Path("my_learner.py").write_text(LEARNER)
    Path("my_world.py").write_text(WORLD)
    Path("my_maze.toml").write_text("map = 'S..G'\n")
    return tmp_path


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def call(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return call


def mine() -> RunSpec:
    return RunSpec("my_learner:MyLearner", "spielfeld/CliffWalking-v0", 300)


def edit(run: Run, **changes: object) -> None:
    """Write another spec.json; None leaves out."""
    place = run.directory / "spec.json"
    content = json.loads(place.read_text()) | changes
    place.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))


def test_specs_of_strangers_import_nothing_that_was_not_named() -> None:
    program = [sys.executable, "-m", "tests.experiments.foreign_specs", "--count", "12"]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 specs, seed 1: 0 wrong" in done.stdout


def test_a_run_of_ones_own_is_read_by_naming_its_module_once(say: Say) -> None:
    run = train(mine(), Path("runs")).directory
    told = f"{run}/spec.json names 'my_learner:MyLearner', and a file does not choose code. "
    for words in (("evaluate", run), ("play", "--text", "--run", run)):
        code, _, error = say(*words)
        assert code == 2 and told in error
        assert "add --own my_learner (in Python own='my_learner')." in error
        for own in ("my_learner", "my_learner.py", "my_learner:MyLearner"):
            assert say(*words, "--own", own)[0] == 0
    with pytest.raises(ValueError, match="names 'my_learner:MyLearner'"):
        Run.load(run)
    assert Run.load(str(run), own="my_learner").learner.action_values.shape == (38, 4)


def test_train_names_the_module_anyway_and_says_how_to_go_on(say: Say) -> None:
    words = ("my_learner:MyLearner", "my_world:MyWorld", "--samples", 300)
    assert say("train", *words)[0] == 0
    code, output, _ = say("train", *words)
    assert code == 0 and "already complete" in output
    lines = [line.split()[1:] for line in output.splitlines()]
    play, evaluate = (next(line for line in lines if line[:1] == [one]) for one in COMMANDS)
    assert evaluate[-4:] == ["--own", "my_learner", "--own", "my_world"]
    assert play[-2:] == ["--own", "my_learner"]  # it names the world itself
    assert say(*evaluate)[0] == 0 == say(*play, "--text")[0]


def test_an_interrupted_run_of_ones_own_resumes_as_before() -> None:
    training = Training(mine(), Path("runs") / mine().directory_name / "checkpoint.safetensors")
    training.checkpoint.parent.mkdir(parents=True)
    training.advance(100)
    training.save(training.checkpoint)
    resumed, whole = train(mine(), Path("runs")), train(mine(), Path("whole"))
    assert resumed.history.to_csv() == whole.history.to_csv()
    values = [run.learner.action_values.tolist() for run in (resumed, whole)]
    assert values[0] == values[1]


@pytest.mark.parametrize("code", [None, "", [], 0, "x", "0" * 15, f"{'0' * 16}-"])
def test_a_spec_without_a_hash_of_its_code_is_refused(code: object) -> None:
    run = train(RunSpec("q-learning", "my_maze.toml", 100), Path("runs"))
    edit(run, code=code)
    with pytest.raises(ValueError, match=r"spec\.json is not the spec of a run \(code must be"):
        Run.load(run.directory)


def test_a_spec_cannot_name_what_may_be_imported() -> None:
    run = train(mine(), Path("runs"))
    edit(run, own=["my_learner"])
    with pytest.raises(ValueError, match=r"is not the spec of a run .*'own'"):
        Run.load(run.directory)


def test_a_layout_in_an_option_belongs_to_what_a_run_is_a_function_of() -> None:
    options = {"layout": "my_maze.toml"}
    before = RunSpec("q-learning", "spielfeld/GridWorld-v0", 100, source_options=options)
    run = train(before, Path("runs"))
    assert run.source.unwrapped.model.states == 4
    Path("my_maze.toml").write_text("map = 'S.G'\n")
    with pytest.raises(ValueError, match=r"my_maze\.toml has changed since .*: train again"):
        _ = Run.load(run.directory).learner
    after = RunSpec("q-learning", "spielfeld/GridWorld-v0", 100, source_options=options)
    assert before.directory_name != after.directory_name


def test_what_a_module_has_only_imported_is_not_called_for_a_file(folder: Path) -> None:
    run = train(RunSpec("q-learning", "my_world:MyWorld", 100), Path("runs"))
    edit(run, source="my_world:system", source_options={"command": "touch evil"})
    with pytest.raises(ValueError, match=r"my_world:system was made in the module (posix|nt)\. If"):
        Run.load(run.directory, own="my_world").restored()
    assert not (folder / "evil").exists()


def test_the_module_of_an_opponent_is_named_as_well(say: Say) -> None:
    game = "spielfeld/TicTacToe-v0"
    foe = train(RunSpec("my_learner:MyLearner", game, 100), Path("runs")).directory
    words = ("train", "q-learning", game, "--samples", 100, "--set", f"opponent={foe}")
    assert "add --own my_learner" in say(*words)[2]
    assert say(*words, "--own", "my_learner")[0] == 0
    played = ("play", game, "--text", "--opponent", foe)
    assert "add --own my_learner" in say(*played)[2]
    assert say(*played, "--own", "my_learner")[0] == 0


def test_a_run_that_learned_against_itself_is_refused() -> None:
    run = train(RunSpec("q-learning", "spielfeld/TicTacToe-v0", 100), Path("runs"))
    edit(run, source_options={"opponent": str(run.directory)})
    with pytest.raises(ValueError, match="learned against itself"):
        Run.load(run.directory).restored()


def test_a_finished_run_with_another_spec_than_asked_for_is_refused() -> None:
    spec = RunSpec("q-learning", "my_maze.toml", 100)
    edit(train(spec, Path("runs")), samples=7)
    with pytest.raises(ValueError, match=r"spec\.json is damaged: remove"):
        train(spec, Path("runs"))


def test_a_name_with_two_modules_is_refused_whoever_names_it(folder: Path) -> None:
    Path("other.py").write_text("open('evil', 'w').close()\n")
    for name in ("my_world:other:a/b-v0", "my_world:other:Name"):
        with pytest.raises(ValueError, match="names nothing: expected my_module:Name"):
            make_source(name)
    assert not (folder / "evil").exists()


@pytest.mark.parametrize(
    "words",
    [
        "reward, discount, terminated, next_values, next_legal, next_action, exploration_rate",
        "transition, following",
        "reward, following, discount",
    ],
)
def test_a_target_of_other_arguments_is_refused_with_the_form_that_it_should_have(
    words: str, folder: Path, say: Say
) -> None:
    Path("my_old.py").write_text(f"""from spielfeld.agents import TabularLearner
def old_target({words}): return 0.0
class MyLearner(TabularLearner): target = old_target
""")
    code, _, error = say("train", "my_old:MyLearner", "my_maze.toml", "--samples", 100)
    assert code == 2
    assert error == (
        f"Error: The target old_target({words}) must be target(transition, following, discount): "
        "transition.reward, transition.terminated, following.values, following.legal.\n"
    )


def test_no_file_of_the_folder_stands_in_for_a_module_of_ours(folder: Path) -> None:
    Path("tyro.py").write_text("open('evil', 'w').close()\n")
    code = "from spielfeld.experiments.command_line import main; main(['evaluate', '--help'])"
    program = [sys.executable, "-P", "-c", f"import sys; sys.path.append({str(ROOT)!r}); {code}"]
    subprocess.run(program, capture_output=True, check=False)
    assert not (folder / "evil").exists()
