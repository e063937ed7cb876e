"""Contract of every small world: checkers, seeds, states, vectors, words, the command line."""

import re
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401  (registers the worlds)
from spielfeld.envs.access import plain_model
from spielfeld.envs.catalogue import SMALL_WORLDS
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.experiments.command_line import main
from spielfeld.experiments.pictures import VALUES, View, picture

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in SMALL_WORLDS),
    ("spielfeld/Blackjack-v0", {"observation": "cards"}),
    ("spielfeld/GamblersProblem-v0", {"heads": 0.55, "goal": 11, "least_stake": 0}),
    ("spielfeld/JacksCarRental-v0", {"free_shuttle": True, "parking_fee": 4.0}),
    ("spielfeld/RandomWalk19-v0", {"states": 7, "actions": 2}),
    ("spielfeld/ShortCorridor-v0", {"observation": "index"}),
]
EVERY = pytest.mark.parametrize(("name", "options"), VARIANTS)


@EVERY
def test_random_actions_of_a_newcomer_are_legal(name: str, options: dict[str, Any]) -> None:
    env = gym.make(name, **options)
    env.action_space.seed(1)
    assert env.action_space.contains(env.action_space.sample())
    _, info = env.reset(seed=1)
    for _ in range(200):
        mask = info.get("action_mask", np.ones(env.action_space.n))
        action = env.action_space.sample()
        assert mask[action]
        _, _, terminated, truncated, info = env.step(action)
        if terminated or truncated:
            _, info = env.reset()


@EVERY
def test_random_actions_after_an_end_are_legal_in_the_next_episode(
    name: str, options: dict[str, Any]
) -> None:
    env = gym.make(name, **options).unwrapped
    for position in np.flatnonzero(env.model.terminal):
        env.reset(seed=int(position))
        env.position = int(position)
        action = env.action_space.sample()
        assert env.model.legal_actions[env.model.start > 0, action].all()


@EVERY
def test_every_state_is_told_in_words_of_its_own(name: str, options: dict[str, Any]) -> None:
    env = gym.make(name, render_mode="ansi", **options)
    env.reset(seed=0)
    world = env.unwrapped.world
    told = [world.tell(state) for state in range(world.model.states)]
    assert env.render() == told[env.unwrapped.position]
    naturals = 10 if "Blackjack" in name else 0  # which look like any other soft 21
    assert len(set(told)) == len(told) - naturals
    assert len(set(world.actions)) == len(world.actions) == world.model.actions
    assert gym.make(name, **options).unwrapped.render() is None


@EVERY
def test_pictures_of_all_states_differ_and_have_one_size(
    name: str, options: dict[str, Any]
) -> None:
    env = gym.make(name, render_mode="rgb_array", **options)
    env.reset(seed=0)
    world, pictures = env.unwrapped, []
    shown = range(0, world.model.states, max(1, world.model.states // 20))
    for world.position in shown:
        pictures.append(env.render())
        assert pictures[-1].dtype == np.uint8
    assert len({picture.shape for picture in pictures}) == 1
    assert len({picture.tobytes() for picture in pictures}) == len(shown)


@EVERY
def test_each_world_can_be_left_or_is_limited(name: str, options: dict[str, Any]) -> None:
    world = gym.make(name, **options).unwrapped
    assert world.max_episode_steps or bool(world.model.terminal.any())
    assert gym.make(name, time_limit=7, **options).unwrapped.max_episode_steps == 7
    assert gym.make(name, time_limit=0, **options).unwrapped.max_episode_steps is None
    vector: Any = gym.make_vec(name, 2, time_limit=0, **options)
    assert vector.unwrapped.max_episode_steps is None
    with pytest.raises(ValueError, match="time_limit must be 0"):
        gym.make(name, time_limit=-1, **options)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("RandomWalk5", {"states": 4}, "an odd number of states, not 4"),
        ("RandomWalk5", {"states": "5"}, "an odd number of states, not '5'"),
        ("RandomWalk5", {"actions": 3}, "1 or 2 actions, not 3"),
        ("ShortCorridor", {"observation": "all"}, "hidden or index, not 'all'"),
        ("Blackjack", {"observation": "all"}, "index or cards, not 'all'"),
        ("MaximisationBias", {"actions": 1}, "2 or more actions, not 1"),
        ("GamblersProblem", {"heads": 1.5}, "a probability from 0 to 1, not 1.5"),
        ("GamblersProblem", {"goal": 1}, "a whole number of 2 or more, not 1"),
        ("GamblersProblem", {"least_stake": 2}, "least_stake must be 0 or 1, not 2"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(name: str, options: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        gym.make(f"spielfeld/{name}-v0", **options)


def test_hidden_corridor_is_no_plain_model_and_cards_neither() -> None:
    for name, observation in (("ShortCorridor", "hidden"), ("Blackjack", "cards")):
        env = gym.make(f"spielfeld/{name}-v0", observation=observation)
        assert plain_model(env) is None
        env = gym.make(f"spielfeld/{name}-v0", observation="index")
        assert plain_model(env) is env.unwrapped.model


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(tmp_path)

    def run(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", StringIO(typed))
        return main(words), *capsys.readouterr()

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL_WORLDS)
@pytest.mark.whole
def test_commands_train_evaluate_and_play_in_every_small_world(name: str, say: Any) -> None:
    picture = () if "Jacks" in name else ("--gif",)  # 60 pictures of 441 states take seconds
    code, output, error = say("train", "q-learning", name, "--samples", "1000", *picture)
    told = "any policy" if "RandomWalk" in name else "share of perfect"
    assert code == 0 and told in output, error
    run = str(next(Path("runs").iterdir()))
    assert (Path(run) / "learning.gif").exists() == bool(picture)
    code, output, error = say("evaluate", run, "--episodes", "2")
    assert code == 0 and "mean return of 2 episodes" in output, error
    code, output, error = say("play", name, "--run", run, "--text", typed="\n" * 10)
    assert code == 0 and "steps 1" in output, error
    assert name in say("list")[1]


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("Blackjack", "stick\n", "steps 1"),
        ("GamblersProblem", "1\n", "steps 1"),
        ("GamblersProblem", "50\n", "'50' is no move here"),
        ("JacksCarRental", "-5\n", "steps 1"),
        ("JacksCarRental", "6\n", "'6' is no move here"),
        ("MaximisationBias", "1\n", "This is the end."),
        ("ShortCorridor", "right\nleft\nright\n", "___@"),
    ],
)
def test_actions_are_typed_as_the_world_calls_them(
    name: str, typed: str, told: str, say: Any
) -> None:
    code, output, error = say("play", f"spielfeld/{name}-v0", "--text", "--seed", "1", typed=typed)
    assert code == 0 and told in output, error


def test_cars_have_one_move_each_and_the_long_list_is_cut(say: Any) -> None:
    assert (
        "Moves: -5 -4 -3 -2 -1 0 1 2 3 4 5, then Enter"
        in say("play", "spielfeld/JacksCarRental-v0")[1]
    )
    assert "Moves: 0 1 2 ... 50, then Enter" in say("play", "spielfeld/GamblersProblem-v0")[1]


def test_options_reach_small_worlds_from_the_command_line(say: Any) -> None:
    words = ("train", "q-learning", "spielfeld/GamblersProblem-v0", "--samples", "500")
    code, output, _ = say(*words, "--set", "heads=0.25", "--set", "goal=8")
    assert code == 0 and "share of perfect" in output
    code, _, error = say(*words, "--set", "head=0.25")
    assert code == 2 and "unexpected keyword argument 'head'" in error and "Traceback" not in error


def test_mountain_car_is_refused_in_one_sentence_by_what_knows_tables_alone(say: Any) -> None:
    code, _, error = say("train", "double-q-learning", "MountainCar-v0", "--samples", "100")
    assert code == 2 and error.count("\n") == 1
    assert "A table needs discrete observations, but this environment has Box" in error


@EVERY
def test_every_state_lies_on_the_board_of_the_pictures(name: str, options: dict[str, Any]) -> None:
    world = gym.make(name, **options).unwrapped.world
    shown = np.sort(world.board[world.board >= 0])
    ends = 4 if "Blackjack" in name else 0
    assert shown.tolist() == list(range(world.model.states - ends))


def test_pictures_show_states_where_they_lie_and_leave_illegal_actions_blank() -> None:
    env = gym.make("spielfeld/MaximisationBias-v0")
    values = np.where(env.unwrapped.model.legal_actions, [[0.0], [1.0], [0.5]], 7.0)
    sizes = [picture(env, values, View(kind)).get_size() for kind in VALUES]
    assert sizes[0] == sizes[2] != sizes[1]
    plain = picture(env, np.where(values < 7, values, -np.inf), View("actions"))
    shown = picture(env, values, View("actions"))
    assert pygame.image.tobytes(plain, "RGB") == pygame.image.tobytes(shown, "RGB")
