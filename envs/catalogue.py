"""List of all environments of Spielfeld, and their registration with Gymnasium."""

from __future__ import annotations

import gymnasium as gym

# Environment id -> (name of the layout, one line of text).
CATALOGUE: dict[str, tuple[str, str]] = {
    "spielfeld/CliffWalking-v0": (
        "cliff-walking",
        "the shortest path leads along a cliff",
    ),
    "spielfeld/CornerGridWorld-v0": ("corners", "every step costs 1; the goals are two corners"),
    "spielfeld/DynaMaze-v0": ("dyna-maze", "a maze with a reward only at the goal"),
    "spielfeld/FourRooms-v0": ("four-rooms", "four rooms, narrow doors, slippery floor"),
    "spielfeld/FrozenLake-v0": ("frozen-lake", "cross slippery ice without falling into a hole"),
    "spielfeld/FrozenLake8x8-v0": ("frozen-lake-8x8", "the frozen lake, but larger"),
    "spielfeld/JumpGridWorld-v0": ("jump", "two cells with rewards, and no end"),
    "spielfeld/KeysAndDoors-v0": ("keys-and-doors", "find the keys that open the doors"),
    "spielfeld/OneWayStreets-v0": ("one-way-streets", "cells with only one exit"),
    "spielfeld/RandomWalk-v0": ("random-walk", "five cells in a row, a reward at the right end"),
    "spielfeld/RussellNorvig4x3-v0": (
        "russell-norvig-4x3",
        "the textbook world with a goal and a pit",
    ),
    "spielfeld/Swamp-v0": ("swamp", "mud, pits and a teleport"),
    "spielfeld/WindyGridWorld-v0": ("windy", "a wind blows upwards in the middle"),
    "spielfeld/WindyKingsGridWorld-v0": ("windy-kings", "the windy world with king's moves"),
}

# Environment id -> ("module:function" of a small world, one line of text).
SMALL_WORLDS: dict[str, tuple[str, str]] = {
    "spielfeld/Blackjack-v0": (
        "spielfeld.envs.small_worlds.blackjack:blackjack_world",
        "get closer to 21 than the dealer; observation=cards as in Gymnasium",
    ),
    "spielfeld/GamblersProblem-v0": (
        "spielfeld.envs.small_worlds.gamblers_problem:gamblers_world",
        "bet on heads until you have 100 coins: heads=, goal=, least_stake=",
    ),
    "spielfeld/JacksCarRental-v0": (
        "spielfeld.envs.small_worlds.jacks_car_rental:car_rental_world",
        "move cars overnight to meet demand: free_shuttle=, parking_fee=",
    ),
    "spielfeld/MaximisationBias-v0": (
        "spielfeld.envs.small_worlds.maximisation_bias:bias_world",
        "many actions with noisy rewards below 0: actions=, mean=, deviation=",
    ),
    "spielfeld/RandomWalk5-v0": (
        "spielfeld.envs.small_worlds.random_walk:five_states",
        "a coin decides each step; only the right end has a reward; actions=2 to choose",
    ),
    "spielfeld/RandomWalk19-v0": (
        "spielfeld.envs.small_worlds.random_walk:nineteen_states",
        "the same with 19 states and rewards of -1 and 1 at the ends",
    ),
    "spielfeld/ShortCorridor-v0": (
        "spielfeld.envs.small_worlds.short_corridor:corridor_world",
        "three cells that look the same, one with left and right swapped; observation=index",
    ),
}

# Environment id -> (function that returns its model, one line of text, steps in an episode).
BANDITS: dict[str, tuple[str, str, int]] = {
    "spielfeld/Bandit-v0": (
        "spielfeld.envs.bandit.model:any_bandit",
        "any bandit: means=[0, 1] or model=BanditModel(...), deviation=, drift=",
        1_000,
    ),
    "spielfeld/DriftingBandit-v0": (
        "spielfeld.envs.bandit.model:drifting_bandit",
        "ten arms with means that start equal and walk at random: arms=, drift=",
        10_000,
    ),
    "spielfeld/TenArmedTestbed-v0": (
        "spielfeld.envs.bandit.model:armed_testbed",
        "ten arms with means from N(0, 1): problem=, arms=, mean=, deviation=",
        1_000,
    ),
}

# Environment id -> (its options, one line of text).
BOARD_GAMES: dict[str, tuple[dict[str, object], str]] = {
    "spielfeld/ConnectFour-v0": (
        {"rows": 6, "columns": 7, "connect": 4, "gravity": True},
        "four in a row with gravity: opponent=random, rule, uct or perfect, seat=",
    ),
    "spielfeld/ConnectK-v0": (
        {},
        "k in a row on any board: rows=, columns=, connect=, gravity=",
    ),
    "spielfeld/TicTacToe-v0": (
        {"rows": 3, "columns": 3, "connect": 3, "gravity": False, "observation": "index"},
        "three in a row; observation=planes to see the board",
    ),
}

GENERAL = {
    "spielfeld/GridWorld-v0": "any layout: layout=NAME, a path to a layout file, or a Layout",
    "spielfeld/Maze-v0": "a maze of any size: rows=, columns=, seed=, slip=, loops=",
    "spielfeld/SelfPlay-v0": "a board game in which the learner plays both sides: rows=, columns=",
    "spielfeld/Tabular-v0": "any finite world: model=TabularModel(...)",
}


GRID, MAZE, TABLE = (
    "spielfeld.envs.grid_world.world:layout_world",
    "spielfeld.envs.grid_world.world:maze_world",
    "spielfeld.envs.env:tabular_world",
)
# "module:function" of every world and bandit; text may name no other function.
MAKERS = frozenset(
    {GRID, MAZE, TABLE, *(place for place, _ in SMALL_WORLDS.values()),
     *(place for place, *_ in BANDITS.values())}
)  # fmt: skip


def register_environments() -> None:
    """Register every environment of Spielfeld with Gymnasium, once."""
    for name, (layout, _) in CATALOGUE.items():
        _register_world(name, GRID, layout=layout)
    for name, (place, _) in SMALL_WORLDS.items():
        _register_world(name, place)
    for name, place in (("GridWorld", GRID), ("Maze", MAZE), ("Tabular", TABLE)):
        _register_world(f"spielfeld/{name}-v0", place)
    for name, (place, _, steps) in BANDITS.items():
        _register(
            name,
            entry_point="spielfeld.envs.bandit.env:BanditEnv",
            vector_entry_point="spielfeld.envs.bandit.vector:BanditVectorEnv",
            max_episode_steps=steps,
            kwargs={"bandit": place},
        )
    for name, (game, _) in BOARD_GAMES.items():
        _register(
            name,
            entry_point="spielfeld.envs.board_game.env:BoardGameEnv",
            vector_entry_point="spielfeld.envs.board_game.vector:BoardGameVectorEnv",
            kwargs=game,
        )
    _register(
        "spielfeld/SelfPlay-v0", entry_point="spielfeld.envs.board_game.self_play:SelfPlayEnv"
    )


def _register_world(name: str, place: str, **options: object) -> None:
    _register(
        name,
        entry_point="spielfeld.envs.env:TabularEnv",
        vector_entry_point="spielfeld.envs.vector:TabularVectorEnv",
        kwargs={"world": place, **options},
    )


def _register(name: str, **arguments: object) -> None:
    if name not in gym.registry:
        gym.register(name, disable_env_checker=True, order_enforce=False, **arguments)  # type: ignore[arg-type]
