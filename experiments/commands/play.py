"""`play SOURCE`: act yourself with the keyboard, or watch a trained run act."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from spielfeld.experiments.commands.words import OwnModules, option_values

BOARD_OPTIONS = ("opponent", "versus", "seat", "show")


@dataclass(frozen=True)
class Options:
    """Act in a world with the keyboard, or watch a trained run act in it, in a window."""

    source: Annotated[str, tyro.conf.Positional] = ""
    """An environment id or a layout, as for train; by default the one that the run learned."""
    run: Path | None = None
    """Directory of a finished run, whose greedy policy acts; at a board it is your opponent."""
    text: bool = False
    """Play in the terminal instead of a window."""
    seed: int | None = None
    """Of the first episode, or of what players of board games leave to chance."""
    opponent: str | None = None
    """At a board: random, rule (the default), uct, uct:5000 (games in its head), perfect, or the
    directory of a run."""
    versus: str | None = None
    """At a board: who plays in your place while you watch; the same names."""
    seat: Literal["first", "second"] = "first"
    """At a board: yours."""
    show: Literal["nothing", "thoughts", "truth", "both"] = "nothing"
    """At a board: what the opponent expects of each move, from -1 to 1, or what perfect play makes
    of it."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """An option of the source as NAME=VALUE, such as rows=31 for spielfeld/Maze-v0."""
    own: OwnModules = ()
    """A module of your own that the run names, such as my_module; no other is imported."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    options = tyro.cli(Options, args=list(arguments), prog="play")
    from spielfeld.envs import TabularEnv
    from spielfeld.experiments.play import play
    from spielfeld.experiments.run import Run
    from spielfeld.experiments.spec import source_module

    source, given = options.source, option_values(options.set)
    own = (*options.own, source_module(source))
    run = None if options.run is None else Run.load(options.run, own)
    if run is not None and source in ("", run.spec.source):
        run.check_own_files()
        source, given = run.spec.source, {**run.spec.source_options, **given}
    if not source:
        raise ValueError("Name a source: play SOURCE; `spielfeld list` shows all.")
    env = _world(source, given, own)
    board = hasattr(env.unwrapped, "rules")
    if not board:
        _require_no_board_options(options, source)
    text = options.text or not _has_display()
    if board:
        _play_board(options, given, env, text, own)
        return 0
    if getattr(env.unwrapped, "layout", None) is None and env.render_mode is None:
        typed = run is None and isinstance(env.unwrapped, TabularEnv)  # its actions are words
        env = _drawn(source, given, env, text or typed)
    play(env, None if run is None else _policy(run, env), text=text, seed=options.seed)
    return 0


def _world(source: str, given: dict[str, Any], own: Sequence[str]) -> Any:
    """Make what is to be played in."""
    from spielfeld.experiments.run import with_opponent
    from spielfeld.experiments.sources import make_source
    from spielfeld.learning.data_sets.data_set import Split

    made = make_source(source, with_opponent(source, given, own))
    if isinstance(made, Split):
        raise ValueError(
            f"{source} is a data set, and nothing can be played: train LEARNER {source}"
        )
    return made


def _require_no_board_options(options: Options, source: str) -> None:
    """Refuse options that mean nothing where there is no board."""
    for field in dataclasses.fields(Options):
        if field.name in BOARD_OPTIONS and getattr(options, field.name) != field.default:
            raise ValueError(f"{source} is no board game: --{field.name} means nothing there.")


def _play_board(
    options: Options, given: dict[str, Any], env: Any, text: bool, own: Sequence[str]
) -> None:
    from spielfeld.experiments.board_play.match import Match
    from spielfeld.experiments.board_play.players import find_player

    if options.run and options.opponent:
        raise ValueError("The run is the opponent: name who plays against it by --versus.")
    rules = env.unwrapped.rules
    name = str(options.run or options.opponent or given.get("opponent", "rule"))
    opponent = find_player(name, rules, options.seed, own)
    versus = find_player(options.versus, rules, options.seed, own) if options.versus else None
    match = Match(rules, opponent, versus, int(options.seat == "second"), versus is not None)
    if text:
        from spielfeld.experiments.board_play.text import play_text

        play_text(match, options.show)
    else:
        from spielfeld.experiments.board_play.window import play_window

        play_window(match, env.spec.name, options.show)


def _has_display() -> bool:
    from spielfeld.envs.grid_world.window import NoDisplayError, require_display

    try:
        require_display()
    except NoDisplayError as error:
        print(f"{error} Playing in the terminal.")
        return False
    return True


def _drawn(source: str, given: dict[str, Any], env: Any, text: bool) -> Any:
    """Have worlds without a layout draw themselves, if they can."""
    from spielfeld.experiments.sources import make_source, render_modes

    for mode in ("ansi", "rgb_array") if text else ("rgb_array", "ansi"):
        if mode in render_modes(source):
            return make_source(source, given, render_mode=mode)
    return env


def _policy(run: Any, env: Any) -> Callable[[Any], int]:
    from spielfeld.experiments.game import legal_now
    from spielfeld.experiments.greedy import greedy_actor

    learner, learned = run.learner, run.source
    spaces = ("observation_space", "action_space")
    if any(getattr(env, space) != getattr(learned, space, None) for space in spaces):
        raise ValueError(
            f"The run learned {run.spec.source}, whose observations or actions are not those here."
        )
    act = greedy_actor(learner, env)
    return lambda observation: act(observation, legal_now(env))  # type: ignore[return-value]
