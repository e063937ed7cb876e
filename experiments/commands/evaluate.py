"""`evaluate RUN`: score a finished run, exactly where the world is a table, or on test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro


@dataclass(frozen=True)
class Options:
    """Score the greedy policy of a run beside perfect and random behaviour."""

    run: Annotated[Path, tyro.conf.Positional]
    """Directory of a finished run."""
    discount: float | None = None
    """Measure returns by this discount, not by the world's own."""
    episodes: int = 0
    """Play that many episodes as well; where there is no table of the world, 100 are played."""
    seed: int = 1_000_003
    """Of the first episode."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    options = tyro.cli(Options, args=list(arguments), prog="evaluate")
    if options.discount is not None and not 0 <= options.discount <= 1:
        raise ValueError(f"discount must be from 0 to 1, not {options.discount}.")
    if options.episodes < 0 or options.episodes == 1:
        raise ValueError(f"episodes must be 0, or 2 or more, not {options.episodes}.")
    from experiments.data_score import DataScore
    from experiments.report import score_lines
    from experiments.run import Run

    run = Run.load(options.run)
    print(f"{run.spec.learner} on {run.spec.source}, seed {run.spec.seed}")
    if isinstance(run.score, DataScore):
        session = run.session()
        print("\n".join(score_lines(session.ground.score(session.learner))))
        return 0
    return _evaluate_agent(*run.learner(), options)


def _evaluate_agent(learner: Any, env: Any, options: Options) -> int:
    from experiments.evaluation import Evaluator, greedy_actor, play_episodes
    from experiments.report import score_lines

    score = Evaluator(env, options.discount)(learner)
    print("\n".join(score_lines(score)))
    if options.episodes:
        played = play_episodes(
            greedy_actor(learner, env),
            env,
            score.discount,
            score.horizon,
            options.episodes,
            options.seed,
        )
        print("\n".join(score_lines(played)))
    return 0
