"""Runs of strangers whose `spec.json` names modules: none is imported that was not asked for.

    python -m tests.experiments.foreign_specs --count 200 --seed 1

Small runs are made and their specs changed, sealed anew where a run has a seal, and read by
`evaluate`, `play`, `compare` and Python, each in a process of its own. Canaries lie in the folder:
modules that write a file when they are imported.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from spielfeld.experiments.command_line import MISTAKES, main
from spielfeld.experiments.commands.compare import Contestant
from spielfeld.experiments.run import Run, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.files import load_model, save_model

OWN = ("my_learner", "my_world")
LEARNER = """from spielfeld.agents.tabular.q_learning import QLearning
class MyLearner(QLearning): pass
"""
WORLD = """from os import system
from subprocess import Popen
import gymnasium as gym
from spielfeld.envs import TabularEnv, layout_world
def MyWorld(size=5): return gym.make("spielfeld/Maze-v0", rows=size, columns=size)
if "my/Maze-v0" not in gym.registry:
    gym.register("my/Maze-v0", entry_point=TabularEnv,
                 kwargs={"world": layout_world, "layout": "four-rooms"})
    gym.register("my/Wrapped-v0", entry_point=lambda env_id: gym.make(env_id))
"""
CANARY = "open({sign!r}, 'a').write(__name__ + chr(10))\nName = learn = predict = main = None\n"
CANARIES = ("canary", "Canary", "canary-bird", "my_le\u0430rner", "MY_WORLD", "my_world2", "optuna",
            "nest/__init__", "nest/egg", "\u00fcbung", "canary bird")  # fmt: skip
IDS = ("Name", "a/b-v0", "Env-v0", "CartPole-v1", "my/Maze-v0", "spielfeld/Maze-v0", "__name__",
       "Name:x", "x.toml", "x.csv", "")  # fmt: skip
SIGN = "imported"
COMPARED = Contestant("q-learning", "q-learning", samples=200)
SECONDS = 120  # after which a command hangs
OPTIONS = ("entry_point", "vector_entry_point", "additional_wrappers", "id", "env_id", "layout",
           "opponent", "world", "render_mode", "kwargs", "namespace")  # fmt: skip
MAZE = {"env_id": "spielfeld/DynaMaze-v0"}
Change = dict[str, Any]


class Attack(NamedTuple):
    """A change of a spec, and whether it must be refused."""

    kind: str
    run: str
    change: Change
    refused: bool | None = True  # None for either


def make_runs(root: Path) -> dict[str, Path]:
    """Write modules, canaries and a layout, and train a few runs in the folder `root`."""
    os.chdir(root)
    Path("my_learner.py").write_text(LEARNER)
    Path("my_world.py").write_text(WORLD)
    Path("my_maze.toml").write_text("map = '''\nS...G\n'''\n[rules]\nstep_reward = -1\n")
    Path("other.toml").write_text("map = '''\nS.G\n'''\n")
    os.mkfifo("pipe.toml")
    Path("nest").mkdir()
    for name in CANARIES:
        Path(f"{name}.py").write_text(CANARY.format(sign=str(root / SIGN)))
    (root / SIGN).unlink(missing_ok=True)
    board, maze = "spielfeld/TicTacToe-v0", "spielfeld/GridWorld-v0"
    specs = {
        "learner": RunSpec("my_learner:MyLearner", "spielfeld/CliffWalking-v0", 200),
        "world": RunSpec("q-learning", "my_world:MyWorld", 200),
        "id": RunSpec("q-learning", "my_world:my/Maze-v0", 200),
        "wrapped": RunSpec("q-learning", "my_world:my/Wrapped-v0", 200, source_options=MAZE),
        "layout": RunSpec("q-learning", "my_maze.toml", 200),
        "option": RunSpec("q-learning", maze, 200, source_options={"layout": "my_maze.toml"}),
        "registered": COMPARED.specs("CartPole-v1", {}, 1)[0],
        "board": RunSpec("q-learning", board, 200, source_options={"opponent": "random"}),
        "student": RunSpec("my_learner:MyLearner", board, 200, source_options={"opponent": "rule"}),
    }
    return {name: train(spec, root / "runs").directory for name, spec in specs.items()}


def name_of_code(draw: random.Random) -> str:
    """Return a name that stands for a module of somebody else."""
    modules = ["canary", "Canary", "canary-bird", "canary bird", "my_le\u0430rner", "MY_WORLD",
               "my_world2", "optuna", "nest", "nest.egg", "\u00fcbung", "this", "antigravity", "os",
               "gymnasium.envs", "spielfeld.experiments.commands.train", "idlelib",
               "lib2to3"]  # fmt: skip
    module = draw.choice(modules)
    dressed = draw.choice([
        module, module, module, f"{module}.py", f" {module}", f"{module} ", f".{module}",
        f"..{module}", f"./{module}", f"../{module}.py", f"{Path.cwd()}/{module}.py",
        f"{module}\n", f"{module}.", f"my_world:{module}", f"my_learner.{module}",
        f"\u200b{module}", module.upper(), f"{module}\0",
    ])  # fmt: skip
    return f"{dressed}:{draw.choice(IDS)}"


def draw_attack(draw: random.Random, runs: dict[str, Path]) -> Attack:
    """Return one change of one run."""
    run, name = draw.choice(list(runs)), name_of_code(draw)
    option = draw.choice(OPTIONS)
    value = draw.choice([name, [name], {"name": "x", "entry_point": name}, [[{"a": [name]}]]])
    setting = draw.choice(["learning_rate", "exploration_rate", "opponent", "network", "schedule"])
    called = draw.choice(["system", "Popen"])
    arguments = {"system": {"command": f"echo {called} >> {SIGN}"},
                 "Popen": {"args": f"echo {called} >> {SIGN}", "shell": True}}[called]  # fmt: skip
    file = draw.choice(["/etc/passwd", "pipe.toml", "/dev/zero", "other.toml", "//host/x.toml",
                        "\\\\host\\share\\x.toml", "/proc/self/environ", "none.toml"])  # fmt: skip
    code = draw.choice([None, "", [], {}, 0, True, "0", "x" * 16, " ", "-", ["a" * 16], "missing"])
    attacks = [
        Attack("source", run, {"source": name}),
        Attack("source", run, {"source": name, "source_options": {}}),
        Attack("learner", run, {"learner": name}),
        Attack("learner", run, {"learner": name, "config": {}}),
        Attack("option", draw.choice(["registered", "board", "option"]),
               {"source_options": {option: value}}),
        Attack("config", run, {"config": {setting: value}}),
        Attack("code", run, {"code": code}),
        Attack("code and source", run, {"code": code, "source": name}),
        Attack("source and its hash", run, {"source": name, "code": "right"}),
        Attack("learner and its hash", run, {"learner": name, "code": "right"}),
        Attack("canary and its hash", run, {"source": "canary:Name", "code": "right"}),
        Attack("option of a wrapper", "wrapped", {"source_options": {"env_id": name}}),
        Attack("what was imported", "world",
               {"source": f"my_world:{called}", "source_options": arguments, "code": "right"}),
        Attack("file", "layout", {"source": file}),
        Attack("file in an option", "option", {"source_options": {"layout": file}}),
        Attack("opponent", "board",
               {"source_options": {"opponent": "runs/foe"},
                "foe": {draw.choice(["learner", "source"]): name}}),
        Attack("own opponent", "board", {"source_options": {"opponent": "runs/case"}}),
        Attack("trust in the file", run, {"own": [name.partition(":")[0]], "source": name}),
        Attack("option of another kind", draw.choice(["registered", "board", "option"]),
               {"source_options": {option: draw.choice([["x"], 5, {"a": 1}, "x", None, []])}},
               refused=None),
        Attack("none", run, {}, refused=False),
    ]  # fmt: skip
    return draw.choice(attacks)


def write(attack: Attack, runs: dict[str, Path], target: Path) -> None:
    """Copy a run to `target`, change its spec, and seal its model anew."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(runs[attack.run], target)
    change = dict(attack.change)
    if "foe" in change:
        write(Attack("foe", "student", change.pop("foe")), runs, Path("runs/foe"))
    spec = json.loads((target / "spec.json").read_text()) | change
    if spec["code"] == "right":  # of the files as they lie there, as a stranger could know them
        spec["code"] = RunSpec(**{**spec, "code": ""}).code
    if spec["code"] == "missing":
        del spec["code"]
    (target / "spec.json").write_text(json.dumps(spec))
    arrays, header = load_model(target / "model.safetensors")
    save_model(target / "model.safetensors", arrays, {**header, "spec": spec})


def readers(target: Path, run: str, own: list[str]) -> dict[str, Callable[[], int]]:
    """Return the commands that read a run, by their names."""

    def load() -> int:
        Run.load(target, own=own[1::2]).restored()
        return 0

    commands: dict[str, Callable[[], int]] = {
        "evaluate": lambda: main(["evaluate", str(target), "--no-mark", *own]),
        "play": lambda: main(["play", "--text", "--run", str(target), "--seed", "1", *own]),
        "Python": load,
    }
    if run in ("board", "student"):
        commands["opponent"] = lambda: _learn_against(target, own)
    if run == "registered":
        commands["compare"] = lambda: _compare(target)
    return commands


def _learn_against(target: Path, own: list[str]) -> int:
    """Train anew, against what the changed run has learned."""
    shutil.rmtree(target.parent / "new", ignore_errors=True)
    given = ["--set", f"opponent={target}", "--directory", str(target.parent / "new"), *own]
    return main(["train", "q-learning", "spielfeld/TicTacToe-v0", "--samples", "10", *given])


def _compare(target: Path) -> int:
    """Compare in a folder where the changed run lies in the place of a finished one."""
    folder = target.parent / "compared"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(target, folder / COMPARED.specs("CartPole-v1", {}, 1)[0].directory_name)
    words = ["q-learning", "sarsa", "--source", "CartPole-v1", "--samples", "200", "--seeds", "1"]
    with contextlib.redirect_stdout(sys.stderr):  # where it tells what is refused
        return main(["compare", *words, "--jobs", "1", "--directory", str(folder)])


class Answer(NamedTuple):
    """What a command did in its own process."""

    code: int
    errors: str
    modules: set[str]


def ask(command: Callable[[], int], place: Path) -> Answer:
    """Run a command in a fork of this process, its input empty, with a time limit."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        _child(command, place)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    found = set((place / "modules").read_text().splitlines()) if code >= 0 else set()
    return Answer(code, (place / "errors").read_text(), found)


def _child(command: Callable[[], int], place: Path) -> None:
    code, before = 99, set(sys.modules)
    for stream, mode, name in ((0, os.O_RDONLY, os.devnull), (1, os.O_WRONLY | os.O_CREAT, "out"),
                               (2, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "errors")):  # fmt: skip
        os.dup2(os.open(name if stream == 0 else place / name, mode, 0o600), stream)
    try:
        code = command()
    except MISTAKES as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        code = 2
    except BaseException:
        traceback.print_exc()
    finally:
        (place / "modules").write_text("\n".join(set(sys.modules) - before))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def faults(attack: Attack, answer: Answer, root: Path, known: set[str]) -> list[str]:
    """Return what is wrong with an answer."""
    found = []
    if (root / SIGN).exists():
        found.append(f"imported: {(root / SIGN).read_text().split()}")
        (root / SIGN).unlink()
    strange = {name for name in answer.modules if name.split(".")[0] not in known}
    if strange:
        found.append(f"new modules: {sorted(strange)}")
    if answer.code not in (0, 2):
        found.append(f"exit code {answer.code}: {answer.errors[-500:]}")
    if "Traceback" in answer.errors:
        found.append("a traceback")
    if attack.refused not in (None, answer.code == 2):
        found.append(f"expected {'a refusal' if attack.refused else 'an answer'}: {answer.errors}")
    if "Error: " in answer.errors and len(answer.errors.strip().splitlines()) > 1:
        found.append(f"more than a sentence: {answer.errors}")
    if answer.code == 2 and not re.search("Error: |cannot|refused|spec.json", answer.errors):
        found.append(f"no sentence: {answer.errors!r}")
    return found


def _honest(runs: dict[str, Path], root: Path) -> set[str]:
    """Return the packages that commands import for runs that nobody has changed."""
    (root / "seen").mkdir()
    names, own = set(sys.modules), [word for module in OWN for word in ("--own", module)]
    for run in runs:
        write(Attack("none", run, {}), runs, target := root / "runs" / "case")
        for name, command in readers(target, run, own).items():
            answer = ask(command, root / "seen")
            assert answer.code == 0, f"{name} {run}: {answer.errors}"
            names |= answer.modules
    return {name.split(".")[0] for name in names}


def check(count: int, seed: int) -> int:
    """Try `count` changed runs, print what was refused and what went wrong; return how many did."""
    warnings.simplefilter("ignore", DeprecationWarning)  # of a fork where there are threads
    draw, wrong, kinds = random.Random(seed), 0, collections.Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        runs = make_runs(root)
        for module in OWN:
            del sys.modules[module]
        known = _honest(runs, root)
        for number in range(count):
            attack = draw_attack(draw, runs)
            write(attack, runs, root / "runs" / "case")
            own = [word for module in OWN for word in ("--own", module)]
            if attack.refused and attack.kind != "what was imported":
                own = own[: draw.choice([0, 2, 4])]
            commands = readers(root / "runs" / "case", attack.run, own)
            name = draw.choice(list(commands))
            answer = ask(commands[name], root / "seen")
            kinds[f"{attack.kind}: {'refused' if answer.code == 2 else 'answered'}"] += 1
            if found := faults(attack, answer, root, known):
                wrong += 1
                print(f"{number} {name} {attack}: {'; '.join(found)}")
        os.chdir("/")
    print("\n".join(f"{number:5}  {kind}" for kind, number in sorted(kinds.items())))
    print(f"{count} specs, seed {seed}: {wrong} wrong")
    return wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(min(1, check(**vars(_options()))))
