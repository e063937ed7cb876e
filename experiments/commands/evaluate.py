"""`evaluate RUN`: score a run, exactly if possible; mark players of board games."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from spielfeld.experiments.commands.columns import OwnModules
from spielfeld.protocols import Predicts, World, rules_of

if TYPE_CHECKING:
    from spielfeld.envs.board_game import Rules
    from spielfeld.experiments.board_play.match import Player


@dataclass(frozen=True)
class Options:
    """Score the greedy policy of a run beside perfect and random behaviour.

    A player of a board game is marked as well. Its marks are the share of correct moves, and the
    results of games against random, rule, uct and perfect. You can mark these players by name, too.
    """

    run: Annotated[Path, tyro.conf.Positional]
    """Directory of a finished run, or random, rule, uct, uct:5000 (playouts), perfect."""
    source: str = "spielfeld/ConnectFour-v0"
    """The game of a player that is given by name."""
    mark: bool = True
    """Mark players of board games; a fast player takes about a minute."""
    discount: float | None = None
    """Discount of the returns; by default that of the world."""
    episodes: int = 0
    """Play this number of episodes as well. Without a model of the world, 100 are played."""
    seed: int = 1_000_003
    """Seed of the first episode."""
    own: OwnModules = ()
    """A module of your own that the run names, such as my_module; no other is imported."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    options = tyro.cli(Options, args=list(arguments), prog="evaluate")
    if options.discount is not None and not 0 <= options.discount <= 1:
        raise ValueError(f"discount must be from 0 to 1, not {options.discount}.")
    if options.episodes < 0 or options.episodes == 1:
        raise ValueError(f"episodes must be 0, or 2 or more, not {options.episodes}.")
    from spielfeld.envs.board_game import Rules
    from spielfeld.envs.board_game.opponents import is_named
    from spielfeld.experiments.data_score import DataScore
    from spielfeld.experiments.run import Run

    if not options.run.exists() and is_named(str(options.run)):
        return _evaluate_player(str(options.run), options.source)
    run = Run.load(options.run, options.own)
    print(f"{run.spec.learner} on {run.spec.source}, seed {run.spec.seed}")
    if isinstance(run.score, DataScore):
        training = run.restored()
        print("\n".join(training.evaluator(training.learner).lines()))
        return 0
    learner, env = run.learner, run.source
    _evaluate_agent(learner, env, options)
    rules = rules_of(env.unwrapped, Rules)
    if options.mark and rules is not None:
        from spielfeld.experiments.board_play.match import run_player

        _mark(run_player(run, rules, options.seed), rules)
    return 0


def _evaluate_player(name: str, source: str) -> int:
    """Mark a player that is given by name."""
    from spielfeld.envs.board_game import Rules
    from spielfeld.experiments.board_play.match import find_player
    from spielfeld.experiments.sources import make_source
    from spielfeld.learning.data_sets.data_set import Split

    world = make_source(source)
    rules = None if isinstance(world, Split) else rules_of(world.unwrapped, Rules)
    if rules is None:
        raise ValueError(f"{source} is no board game, so {name} cannot play it.")
    print(f"{name} at {source}")
    _mark(find_player(name, rules, seed=0), rules)
    return 0


def _mark(player: Player, rules: Rules) -> None:
    """Print the marks of a player, after a line with the progress."""
    from rich.console import Console

    from spielfeld.experiments.board_play.match import solving
    from spielfeld.experiments.marking.report import marking_lines

    with Console(stderr=True).status("marking ...") as status, solving(rules, status.update):
        lines = marking_lines(
            player, rules, lambda done, pairs: status.update(f"{done} of {pairs} pairs have played")
        )
    print("\n".join(lines))


def _evaluate_agent(learner: Predicts, env: World, options: Options) -> None:
    from spielfeld.experiments.evaluation import Evaluator

    evaluator = Evaluator(env, options.discount)
    print("\n".join(evaluator(learner).lines()))
    if options.episodes:
        played = evaluator.play(learner, options.episodes, options.seed)
        print("\n".join(played.lines()))
