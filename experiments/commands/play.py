"""`play SOURCE`: act in a world with the keyboard, or watch a trained run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import gymnasium as gym
import tyro

from spielfeld.envs.board_game.rules import Rules
from spielfeld.experiments.command_line import option_values
from spielfeld.experiments.commands.columns import OwnModules
from spielfeld.protocols import OnMap, World, rules_of

if TYPE_CHECKING:
    from spielfeld.experiments.play import Actor, Hint
    from spielfeld.experiments.run import Run

Given = Mapping[str, Any]
BOARD_OPTIONS = ("opponent", "versus", "seat", "show")


@dataclass(frozen=True)
class Options:
    """Act in a world with the keyboard, or watch a trained run act in it, in a window."""

    source: Annotated[str, tyro.conf.Positional] = ""
    """An environment id or a layout, as for train; or the directory of a run, as with --run."""
    run: Path | None = None
    """Directory of a finished run. Its greedy policy acts in SOURCE, by default in the world of its
    training. In a board game it is your opponent."""
    text: bool = False
    """Play in the terminal instead of a window."""
    seed: int | None = None
    """Seed of the first episode, or of the random choices of players."""
    opponent: str | None = None
    """In a board game: random, rule (the default), uct, uct:5000 (playouts), perfect, or the
    directory of a run."""
    versus: str | None = None
    """In a board game: a player that plays for you while you watch; the same names."""
    seat: Literal["first", "second"] = "first"
    """In a board game: your seat."""
    show: Literal["nothing", "thoughts", "truth", "both"] = "nothing"
    """In a board game: thoughts are the opponent's values of the moves, from -1 to 1. truth is the
    result of each move under perfect play."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """An option of the source as NAME=VALUE, such as rows=31 for spielfeld/Maze-v0."""
    own: OwnModules = ()
    """A module of your own that the run names, such as my_module; no other is imported."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    options = tyro.cli(Options, args=list(arguments), prog="play")
    from spielfeld.envs.env import TabularEnv
    from spielfeld.experiments.play import play_by
    from spielfeld.experiments.run import Run
    from spielfeld.experiments.spec import source_module

    source, directory = options.source, options.run
    given = option_values(options.set) if options.set else {}
    if directory is None and (Path(source) / "spec.json").is_file():
        source, directory = "", Path(source)
    own = (*options.own, source_module(source)) if ":" in source else options.own
    run = None if directory is None else Run.load(directory, own)
    if run is not None and source in ("", run.spec.source):
        run.check_own_files()
        source, given = run.spec.source, {**run.spec.source_options, **given}
    if not source:
        raise ValueError("Name a source: play SOURCE; `spielfeld list` shows all.")
    env = _world(source, given, own)
    rules = rules_of(env.unwrapped, Rules)
    if rules is None:
        _require_no_board_options(options, source)
    text = options.text or not _has_display()
    if rules is not None:
        _play_board(options, directory, given, rules, source, text, own)
        return 0
    if not isinstance(env.unwrapped, OnMap) and env.render_mode is None:
        typed = run is None and isinstance(env.unwrapped, TabularEnv)  # its actions are words
        env = _drawn(source, given, env, text or typed)
    actor, learned = (None, None) if run is None else _learned(run, env)
    play_by(env, actor, text, options.seed, learned)
    return 0


def _world(source: str, given: Given, own: Sequence[str]) -> World:
    """Make the world to play in."""
    from spielfeld.experiments.run import with_opponent
    from spielfeld.experiments.sources import make_source
    from spielfeld.learning.data_sets.data_set import Split

    options = with_opponent(source, given, own) if "opponent" in given else given
    made = make_source(source, options)
    if isinstance(made, Split):
        raise ValueError(
            f"{source} is a data set, and only worlds can be played: train LEARNER {source}"
        )
    return made


def _require_no_board_options(options: Options, source: str) -> None:
    """Refuse options of board games in other worlds."""
    given, default = dataclasses.asdict(options), dataclasses.asdict(Options())
    for name in BOARD_OPTIONS:
        if given[name] != default[name]:
            raise ValueError(f"{source} is no board game, so --{name} has no effect there.")


def _play_board(
    options: Options,
    run: Path | None,
    given: Given,
    rules: Rules,
    source: str,
    text: bool,
    own: Sequence[str],
) -> None:
    from spielfeld.experiments.board_play.match import Match, find_player
    from spielfeld.experiments.board_play.table import BoardScene
    from spielfeld.experiments.screen import run_text, run_window

    if run and options.opponent:
        raise ValueError("The run is the opponent. Name the other player with --versus.")
    name = str(run or options.opponent or given.get("opponent", "rule"))
    opponent = find_player(name, rules, options.seed, own)
    versus = find_player(options.versus, rules, options.seed, own) if options.versus else None
    match = Match(rules, opponent, versus, int(options.seat == "second"), versus is not None)
    scene = BoardScene(match, source, options.show)
    (run_text if text else run_window)(scene)


def _has_display() -> bool:
    from spielfeld.envs.grid_world.window import NoDisplayError, require_display

    try:
        require_display()
    except NoDisplayError as error:
        print(f"{error} Playing in the terminal.")
        return False
    return True


def _drawn(source: str, given: Given, env: World, text: bool) -> World:
    """Make a world without a layout again, with a render mode if it has one."""
    from spielfeld.experiments.sources import make_source, render_modes
    from spielfeld.learning.data_sets.data_set import Split

    for mode in ("ansi", "rgb_array") if text else ("rgb_array", "ansi"):
        if mode in render_modes(source):
            drawn = make_source(source, given, render_mode=mode)
            return env if isinstance(drawn, Split) else drawn
    return env


def _learned(run: Run, env: World) -> tuple[Actor, Hint | None]:
    """Return the greedy policy of a run, and its values of the actions if it has any."""
    from spielfeld.experiments.greedy import greedy_actor
    from spielfeld.experiments.play import Hint
    from spielfeld.experiments.watch import shown_values

    learner, learned = run.learner, run.source
    spaces = env.observation_space, env.action_space
    if not isinstance(learned, gym.Env) or spaces != (
        learned.observation_space,
        learned.action_space,
    ):
        raise ValueError(
            f"The run learned {run.spec.source}, which has other observations or actions."
        )
    values = shown_values(learner, env)
    title = f"values learned by {run.spec.learner}"
    return greedy_actor(learner, env), None if values is None else Hint(title, lambda: values)
