import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs
from spielfeld.envs.grid_world.layout_file import shipped_worlds
from spielfeld.experiments.command_line import COMMANDS, main
from spielfeld.experiments.registry import LEARNERS, unknown
from spielfeld.experiments.sources import make_source, settings_for

ROOT = Path(__file__).resolve().parents[2]
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run one command in a folder of its own; return its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as stop:  # tyro's own answers
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


def test_train_tells_how_far_from_perfect_and_what_next(say: Say) -> None:
    words = (
        "train",
        "q-learning",
        "spielfeld/CliffWalking-v0",
        "--samples",
        "20000",
        "--seed",
        "1",
    )
    code, output, _ = say(*words)
    assert code == 0
    assert re.search(r"share of perfect +100\.00%", output)
    assert "learning_curve.png" in output and "spielfeld play spielfeld/CliffWalking-v0" in output
    code, output, _ = say(*words)
    assert code == 0 and "was not repeated" in output


def test_evaluate_scores_a_run_exactly_and_by_playing(say: Say) -> None:
    say("train", "q-learning", "spielfeld/CliffWalking-v0", "--samples", "20000")
    run = str(next(Path("runs").iterdir()))
    code, output, _ = say("evaluate", run, "--episodes", "3")
    assert code == 0
    assert "-13.0000" in output and "mean return of 3 episodes" in output
    code, output, _ = say("evaluate", run, "--discount", "0.9")
    assert "discount 0.9" in output
    assert say("evaluate", run, "--discount", "2")[0] == 2
    assert "episodes must be 0, or 2 or more" in say("evaluate", run, "--episodes", "1")[2]


def test_worlds_without_a_table_are_evaluated_by_playing(say: Say) -> None:
    code, output, _ = say("train", "q-learning", "Blackjack-v1", "--samples", "2000")
    assert code == 0 and "mean return of 100 episodes and its standard error" in output


def test_continuous_observations_are_learned_by_tiles(say: Say) -> None:
    code, output, _ = say("train", "sarsa", "MountainCar-v0", "--samples", "2000", "--tiles", "4")
    assert code == 0 and "mean return of 100 episodes and its standard error" in output
    run = str(next(Path("runs").iterdir()))
    assert "mean return of 3 episodes" in say("evaluate", run, "--episodes", "3")[1]
    code, _, error = say("train", "sarsa", "MountainCar-v0", "--tilings", "6")
    assert code == 2 and "tilings must be a power of two" in error


def test_gymnasiums_tables_are_read(say: Say) -> None:
    code, output, _ = say("train", "q-learning", "CliffWalking-v1", "--samples", "30000")
    assert code == 0 and re.search(r"share of perfect +100\.00%", output)


def test_options_reach_the_source(say: Say) -> None:
    words = ("train", "q-learning", "spielfeld/Maze-v0", "--set", "rows=7", "--set", "columns=9")
    code, output, _ = say(*words, "--samples", "20000")
    assert code == 0 and "100.00%" in output
    code, _, error = say("train", "q-learning", "spielfeld/Maze-v0", "--set", "rows")
    assert code == 2 and "--set takes NAME=VALUE, not 'rows'" in error
    code, _, error = say("train", "q-learning", "spielfeld/Maze-v0", "--set", "height=7")
    assert code == 2 and "height" in error and "Traceback" not in error


def test_gif_is_drawn_into_the_run_directory(say: Say) -> None:
    words = ("train", "q-learning", "spielfeld/FrozenLake-v0", "--samples", "3000", "--gif")
    code, output, error = say(*words)
    assert code == 0, error
    assert "learning.gif" in output


def test_pictures_of_a_finished_run_are_drawn_when_asked_for_later(say: Say) -> None:
    words = ("train", "q-learning", "spielfeld/FrozenLake-v0", "--samples", "3000")
    say(*words)
    run = next(Path("runs").iterdir())
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    code, output, _ = say(*words, "--gif")
    assert code == 0 and "was not repeated" in output
    after = {path.name: path.read_bytes() for path in run.iterdir()}
    assert after.pop("learning.gif") and after == before


OWN = """
import numpy as np
import gymnasium as gym
from spielfeld.learning import History

class Lazy:
    def __init__(self, seed=0): pass
    def predict(self, inputs): return np.zeros((*np.shape(inputs), 4))
    def learn(self, source, samples): pass

class Seedless(Lazy):
    def __init__(self): pass

class Flat(Lazy):
    def predict(self, inputs): return np.zeros(4)

class Coin(gym.Env):
    observation_space, action_space = gym.spaces.Discrete(1), gym.spaces.Discrete(4)
    def reset(self, seed=None, options=None): return 0, {}
    def step(self, action): return 0, 1.0, True, False, {}
"""


def test_learners_of_ones_own_promise_no_more_than_predict_and_learn(say: Say) -> None:
    Path("own.py").write_text(OWN)
    Path("broken.py").write_text("def learn(:\n")
    few = ("--samples", "20")
    code, output, error = say("train", "own:Lazy", "spielfeld/CliffWalking-v0", "--gif", *few)
    assert code == 0 and "learning.gif" in output, error
    for words, sentence in [
        (("own:Lazy", "own:Coin", "--gif"), "own:Lazy has no action_values to be shown here, and"),
        (("own:Seedless", "four-rooms"), "own:Seedless cannot be made: "),
        (("own:Flat", "four-rooms"), "must return values of shape (104, 4), not (4,)."),
        (("broken:Learner", "four-rooms"), "broken.py, line 1: invalid syntax."),
    ]:
        code, _, error = say("train", *words, *few)
        assert code == 2 and sentence in error, error


def test_next_commands_can_be_pasted(say: Say) -> None:
    Path("my maze.toml").write_text("map = 'S.G'\n[rules]\nstep_reward = -1\n")
    words = ("--seed=3", "--set", "observation=position", "--gif", "--samples", "500")
    code, output, _ = say("train", "q-learning", "my maze.toml", *words)
    assert code == 0
    following = "train q-learning 'my maze.toml' --set observation=position --samples 500"
    assert f"spielfeld {following} --watch --seed 4\n" in output
    assert "spielfeld play 'my maze.toml' --run runs/" in output


def test_a_world_that_pays_nothing_is_called_so(say: Say) -> None:
    Path("my.toml").write_text("map = 'S.G'\n")
    code, output, _ = say("train", "q-learning", "my.toml", "--samples", "100")
    assert code == 0 and "Nothing can be learned here" in output and "share" not in output


def test_a_layout_name_trains_with_the_settings_of_its_world() -> None:
    assert settings_for("q-learning", "four-rooms")["samples"] == 5_000_000
    assert settings_for("q-learning", "four-rooms") == settings_for(
        "q-learning", "spielfeld/FourRooms-v0"
    )


def test_layout_files_nearby_are_suggested(say: Say) -> None:
    Path("my_labyrinth.toml").write_text("map = 'S.G'\n")
    error = say("train", "q-learning", "my_labyrint")[2]
    assert "Did you mean my_labyrinth.toml?" in error


def test_maps_print_on_terminals_that_lack_their_characters() -> None:
    text = "from spielfeld.experiments.command_line import main; print(main(['xyz\\u2603']))"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert run.stdout == "2\n" and "no command 'xyz" in run.stderr


def test_list_names_everything(say: Say) -> None:
    code, output, _ = say("list")
    assert code == 0
    ours = [name for name in gym.registry if name.startswith("spielfeld/")]
    for name in (*LEARNERS, *ours, *envs.CATALOGUE, *shipped_worlds()):
        assert name in output
    assert say("list", "--help")[0] == 0
    assert say("list", "worlds")[0] == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("tran",), "There is no command 'tran'. Did you mean train?"),
        (("xyz",), "Commands are train, evaluate"),
        (
            ("train", "q-lerning", "spielfeld/CliffWalking-v0"),
            "There is no learner 'q-lerning'. Did you mean q-learning?",
        ),
        (
            ("train", "q-learning", "spielfeld/CliffWalkin-v0"),
            "There is no source 'spielfeld/CliffWalkin-v0'. Did you mean spielfeld/CliffWalking-v0",
        ),
        (("train", "q-learning", "four-roms"), "Did you mean four-rooms"),
        (("train", "ppo", "CartPol-v1"), "Did you mean CartPole-v1"),
        (("train", "q-learning", "xyzzy"), "There is no source 'xyzzy'; `spielfeld list` shows"),
        (("train", "q-learning"), "Name a source: train q-learning SOURCE"),
        (
            ("train", "q-learning", "spielfeld/CliffWalking-v0", "--samples", "-5"),
            "samples must be 1 or more, not -5",
        ),
        (("train", "q-learning", "no_maze.toml"), "no_maze.toml"),
        (("train", "no_module:Learner", "four-rooms"), "there is no module 'no_module'"),
        (("train", "json:Lerner", "four-rooms"), "Module 'json' has no 'Lerner'"),
        (("train", "json:JSONDecoder", "four-rooms"), "json:JSONDecoder is no learner: it has no"),
        (("train", "q-learning", "Pendulum-v1"), "A table needs discrete actions"),
        (("train", "q-learning", "Taxi-v3"), "Taxi-v3"),
        (("evaluate", "nowhere"), "nowhere is no run: it has no spec.json"),
        (("train", "--samples", "5", "q-learning"), "Name learner and source first: train LEARNER"),
        (("train", "q-learning", "spielfeld/Tabular-v0"), "missing 1 required positional argument"),
        (("train", "q-learning", "json:"), "'json:' names nothing: expected my_module:Name."),
        (("train", "q-learning", "os:curdir"), "os:curdir is no source: expected a Gymnasium"),
        (
            ("train", "q-learning", "spielfeld/Maze-v0", "--set", "rows=abc"),
            "A maze needs an odd number of rows, 5 or more, not 'abc'.",
        ),
        (("play",), "Name a source"),
        (("play", "--run", "nowhere"), "nowhere is no run"),
    ],
)
def test_mistakes_get_one_clear_sentence(say: Say, words: tuple[str, ...], sentence: str) -> None:
    code, _, error = say(*words)
    assert code == 2
    assert sentence in error
    assert error.startswith("Error: ") and error.count("\n") == 1


def test_settings_out_of_range_are_answered_with_their_range(say: Say) -> None:
    code, output, error = say("train", "q-learning", "four-rooms", "--learning-rate", "7")
    assert code == 2
    assert "learning_rate must be above 0 and at most 1, not 7.0" in output + error


def test_misspelt_option_is_answered_with_the_right_one(say: Say) -> None:
    code, output, error = say("train", "q-learning", "four-rooms", "--sampels", "5")
    assert code == 2
    assert "--samples" in output + error


@pytest.mark.parametrize(
    ("layout", "sentence"),
    [
        ("map = '''\n#####\n#S..\n#..G#\n#####\n'''", "my.toml:3:5: "),
        ("map = '''\n#####\n#S...\n#..G#\n#####\n'''", "my.toml:3:5: "),
        ("map = '''\nS.G\n'''\n[legend]\nC = {}\nC = {}\n", "my.toml:6:1: "),
        ("map = '''\nS.G\n'''\n[rules]\nslip = {forward = 0.5, left = 0.1}\n", "my.toml:5:"),
        ("map = '''\nS..\n'''\n", "my.toml:"),
    ],
)
def test_layout_mistakes_name_file_line_and_column(say: Say, layout: str, sentence: str) -> None:
    Path("my.toml").write_text(layout)
    code, _, error = say("train", "q-learning", "my.toml")
    assert code == 2 and sentence in error and error.count("\n") == 1


def test_directory_that_cannot_be_written_is_named_before_any_training(say: Say) -> None:
    Path("file").write_text("not a directory")
    code, _, error = say("train", "q-learning", "four-rooms", "--directory", "file")
    assert code == 2 and "Not a directory" in error and error.count("\n") == 1
    assert Path("file").read_text() == "not a directory"


def test_read_only_directory_is_named(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *arguments: object, **keywords: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    code, _, error = say("train", "q-learning", "four-rooms")
    assert code == 2 and re.search(r"Error: runs/.*: Permission denied\.", error)


def test_damaged_model_is_named(say: Say) -> None:
    say("train", "q-learning", "spielfeld/CliffWalking-v0", "--samples", "1000")
    run = next(Path("runs").iterdir())
    (run / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes()[:-1])
    for words in (("evaluate", str(run)), ("play", "--run", str(run), "--text")):
        code, _, error = say(*words)
        assert code == 2 and "model.safetensors: is damaged" in error


def test_run_of_another_world_cannot_play_here(say: Say) -> None:
    say("train", "q-learning", "spielfeld/CliffWalking-v0", "--samples", "1000")
    run = str(next(Path("runs").iterdir()))
    code, _, error = say("play", "four-rooms", "--run", run, "--text")
    assert code == 2 and "which has other observations or actions" in error


def test_a_run_is_played_by_its_directory_with_what_it_learned_and_what_is_perfect(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("train", "q-learning", "spielfeld/CliffWalking-v0", "--samples", "20000")
    run = str(next(Path("runs").iterdir()))
    shown = []
    for words in ((run,), ("--run", run)):
        monkeypatch.setattr(sys, "stdin", io.StringIO("h\n\nh\n"))
        code, output, _ = say("play", *words, "--text")
        assert code == 0
        shown.append(output)
    assert shown[0] == shown[1]
    learned, after, perfect = shown[0].split("> ")[1:4]
    assert "values learned by q-learning: up " in learned and "steps 1 " in after
    assert "perfect values: " in perfect and "learned" not in perfect


def test_help_is_there_for_all(say: Say) -> None:
    assert say()[0] == 2
    code, output, _ = say("--help")
    assert code == 0 and all(command in output for command in COMMANDS)
    for command in COMMANDS:
        code, output, _ = say(command, "--help")
        assert code == 0 and "usage" in output
    code, output, _ = say("train", "q-learning", "--help")
    assert code == 0 and "--exploration-rate" in output


def test_help_loads_nothing_heavy() -> None:
    heavy = ["numba", "scipy", "torch", "sklearn", "pygame", "matplotlib", "joblib"]
    light = (["train"], ["train", "q-learning"], ["play"], ["compare"])
    for words in ([*begin, "--help"] for begin in light):
        script = (
            "import sys\nfrom spielfeld.experiments.command_line import main\n"
            f"try: main({words!r})\nexcept SystemExit: pass\n"
            f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
        )
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT
        )
        assert run.stderr.strip() == "[]", words


def test_ctrl_c_ends_with_a_sentence_and_loses_nothing(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spielfeld.experiments.run import Training

    learn = Training.advance

    def press(self: Training, samples: int) -> object:
        self.interrupted = self.samples > 500
        return learn(self, samples)

    monkeypatch.setattr(Training, "advance", press)
    code, _, error = say("train", "q-learning", "four-rooms", "--samples", "5000")
    assert code == 130 and "Stopped. The same command continues from the saved state." in error
    assert (next(Path("runs").iterdir()) / "checkpoint.safetensors").exists()


@pytest.mark.parametrize("script", ["train", "evaluate", "compare", "play", "benchmark"])
def test_scripts_are_the_commands(script: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / f"{script}.py"), "--help"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0 and "usage" in run.stdout


def test_traceback_is_shown_to_who_asks(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPIELFELD_TRACEBACK", "1")
    with pytest.raises(ValueError, match="There is no learner"):
        say("train", "q-lerning", "four-rooms")


def test_names_are_found_by_their_last_part_and_any_case() -> None:
    names = ("spielfeld/CliffWalking-v0", "spielfeld/Maze-v0")
    assert "spielfeld/CliffWalking-v0" in unknown("source", "cliffwalking-v0", names)


def test_sources_come_by_id_layout_and_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own_world.py").write_text(
        "from spielfeld.envs import read_layout\n"
        "from spielfeld.envs.grid_world.dynamics import grid_model\n"
        "def model():\n    return grid_model(read_layout(\"map = 'S.G'\"))[0]\n"
    )
    assert make_source("own_world:model").unwrapped.model.states == 3
    assert make_source(
        "spielfeld.envs:spielfeld/Maze-v0", {"rows": 5, "columns": 5}
    ).unwrapped.layout
    assert make_source("four-rooms").unwrapped.layout.name
    assert make_source("FrozenLake-v1").unwrapped.model.states == 16
    assert make_source("FrozenLake-v1", render_mode="ansi").render_mode == "ansi"


def test_world_whose_library_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def needy() -> None:
        raise gym.error.DependencyNotInstalled("Box2D is not installed")

    spec = gym.envs.registration.EnvSpec("Needy-v0", entry_point=needy)
    monkeypatch.setitem(gym.registry, "Needy-v0", spec)
    with pytest.raises(ValueError, match=r"Needy-v0 cannot be made: Box2D is not installed"):
        make_source("Needy-v0")


def test_without_a_display_worlds_show_their_own_text(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n"))
    code, output, _ = say("play", "FrozenLake-v1")
    assert code == 0
    assert "Playing in the terminal." in output and "FHFH" in output


def test_what_was_really_taken_is_told_and_that_nothing_was_learned_from_it(say: Say) -> None:
    code, output, _ = say("train", "ppo", "spielfeld/FrozenLake-v0", "--samples", "50")
    assert code == 0 and "seed 0: 48 samples in" in output
    assert "The learner made no update: the first update comes after 1,024 samples." in output
    small = ("--samples", "50", "--num-envs", "4", "--steps", "8")
    code, output, _ = say("train", "ppo", "spielfeld/FrozenLake-v0", *small)
    assert code == 0 and "No update" not in output


def test_a_learner_that_has_diverged_ends_in_a_sentence(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, output, _ = say("train", "q-learning", "spielfeld/CliffWalking-v0", "--samples", "100")
    run = next(line for line in output.splitlines() if "evaluate" in line).split()[-1]
    nan = lambda learner, inputs: np.full((*np.shape(inputs), 4), np.nan)  # noqa: E731
    monkeypatch.setattr("spielfeld.agents.tabular.learner.TabularLearner.predict", nan)
    for words in (("evaluate", run, "--episodes", "2"), ("play", "--text", "--run", run)):
        monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
        code, _, error = say(*words)
        assert code == 2 and "The learner predicts nan: it has diverged." in error


def test_a_misspelt_option_of_a_world_is_answered_with_the_nearest(say: Say) -> None:
    words = ("train", "q-learning", "spielfeld/Maze-v0", "--set", "row=11")
    assert "Did you mean rows?" in say(*words)[2]


OWN_RULE = """
from spielfeld.agents.tabular.learner import TabularLearner


class Own(TabularLearner):
    @staticmethod
    def target(transition, following, discount):
        future = 0.0 if transition.terminated else following.values.max()
        return transition.reward + discount * future
"""


def test_compiling_ones_own_rule_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "my_rule.py").write_text(OWN_RULE)
    place = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    place |= {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def told(seed: int) -> list[str]:
        words = ["train", "my_rule:Own", "spielfeld/CliffWalking-v0", "--samples", "1000"]
        command = [sys.executable, "-m", "spielfeld.experiments.command_line", *words]
        done = subprocess.run(
            [*command, "--seed", str(seed)], cwd=tmp_path, env=place, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stderr.splitlines()

    first = ["compiling your rule, once ...", "compiling, once ..."]  # and loops of the exact score
    assert sorted(told(seed=0)) == first
    assert told(seed=1) == []
    for path in (tmp_path / "cache").rglob("*.nb[ic]"):
        path.write_bytes(b"")
    assert sorted(told(seed=2)) == first
    assert told(seed=3) == []
