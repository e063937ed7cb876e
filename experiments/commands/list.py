"""`list`: every learner and every source, a line each."""

from __future__ import annotations

from collections.abc import Sequence

from spielfeld.experiments.command_line import leading_words
from spielfeld.experiments.registry import grouped
from spielfeld.learning.data_sets.registry import DATA_SETS

FOREIGN = {
    "FrozenLake-v1": "Gymnasium's frozen lake, read from its table",
    "CliffWalking-v1": "Gymnasium's cliff, read from its table",
    "Taxi-v4": "Gymnasium's taxi, read from its table",
    "Blackjack-v1": "Gymnasium's blackjack, played step by step",
    "MountainCar-v0": "Gymnasium's mountain car, whose continuous observations are tiled",
    "CartPole-v1": "Gymnasium's cart pole, likewise",
}


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    words, rest = leading_words(arguments, 1)
    if words or (rest and rest[0] not in ("-h", "--help")):
        raise ValueError(f"list takes no arguments, not {' '.join(arguments)!r}.")
    if rest:
        print("usage: list\n\nShow every learner and every source, a line each.")
        return 0
    from spielfeld.envs.catalogue import BANDITS, BOARD_GAMES, CATALOGUE, GENERAL, SMALL_WORLDS
    from spielfeld.envs.grid_world.layout_file import shipped_worlds

    for group, lines in grouped().items():
        _print(f"Learners {group}", lines)
    _print(
        "  one's own", {"my_module:MyLearner": "a class with learn(source, samples) and predict"}
    )
    _print("Data sets", {name: line for name, (_, line) in DATA_SETS.items()})
    _print("  one's own", {"my_table.csv": "a file whose first line names its columns (or .tsv)"})
    _print("Worlds", {name: line for name, (_, line) in CATALOGUE.items()} | GENERAL)
    _print("  small ones of the book", {name: line for name, (_, line) in SMALL_WORLDS.items()})
    _print("  board games", {name: line for name, (_, line) in BOARD_GAMES.items()})
    _print("  of one state", {name: line for name, (_, line, _) in BANDITS.items()})
    _print("  of Gymnasium, as any with discrete actions", FOREIGN)
    _print("  one's own", {"my_maze.toml": "a layout file", "my_module:MyWorld": "an environment"})
    print("Layouts, for `train LEARNER NAME` or layout=NAME:\n  " + ", ".join(shipped_worlds()))
    return 0


def _print(title: str, lines: dict[str, str]) -> None:
    print(f"{title}:")
    for name, line in lines.items():
        print(f"  {name:<36} {line}")
    print()
