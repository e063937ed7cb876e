import warnings

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs.board_game import Position

GAMES = [{}, {"rows": 3, "columns": 3, "connect": 3, "gravity": False}]
games = pytest.mark.parametrize("game", GAMES)


def two_players(**game: object):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("pettingzoo", reason="pip install 'spielfeld[games]'")
    from spielfeld.envs.board_game.two_player import TwoPlayerEnv

    return TwoPlayerEnv(**game)


@games
def test_pettingzoo_finds_nothing_wrong(game: dict, capsys: pytest.CaptureFixture[str]) -> None:
    two_players(**game)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its tests make games of its own in an old way
        from pettingzoo.test import api_test, seed_test

        api_test(two_players(**game), num_cycles=200)
    seed_test(lambda: two_players(**game), num_cycles=100)
    assert "Passed API test" in capsys.readouterr().out


@games
def test_two_players_see_the_board_each_from_its_own_side(game: dict) -> None:
    env, generator = two_players(**game), np.random.default_rng(1)
    for _ in range(20):
        env.reset()
        total = dict.fromkeys(env.agents, 0.0)
        while env.agents:
            seen, reward, over, truncated, _ = env.last()
            other = env.observe(env.agents[env.agent_selection == "first" and len(env.agents) > 1])
            assert not truncated
            total[env.agent_selection] += reward
            if not over:
                assert np.array_equal(seen["observation"], other["observation"][::-1])
                assert not other["action_mask"].any()
                assert np.flatnonzero(seen["action_mask"]).tolist() == env.board.legal_actions
            legal = np.flatnonzero(seen["action_mask"])
            env.step(None if over else generator.choice(legal))
        winner = env.board.winner
        expected = {None: (0, 0), 0: (1, -1), 1: (-1, 1)}[winner]
        assert (total["first"], total["second"]) == expected


def test_two_players_are_told_what_is_legal_and_shown_the_board() -> None:
    env = two_players(**GAMES[1], render_mode="ansi")
    env.reset()
    env.step(4)
    assert env.render() == ". . .\n. X .\n. . .\n"
    with pytest.raises(ValueError, match="5 cannot be played here; legal are"):
        env.step(4)
    assert env.board.plies == 1
    with pytest.raises(ValueError, match="render_mode must be None or 'ansi', not 'human'"):
        two_players(render_mode="human")
    env.close()


@games
def test_each_step_of_self_play_is_one_ply_seen_by_the_side_to_move(game: dict) -> None:
    env, generator = gym.make("spielfeld/SelfPlay-v0", **game), np.random.default_rng(2)
    for _ in range(30):
        observation, info = env.reset(seed=1)
        position, over, reward = Position(env.unwrapped.rules), False, 0.0
        while not over:
            assert np.flatnonzero(info["action_mask"]).tolist() == position.legal_actions
            assert np.array_equal(observation[0], position.cells == position.mover + 1)
            assert np.array_equal(observation[1], position.cells == 2 - position.mover)
            assert env.unwrapped.board == position
            action = int(generator.choice(position.legal_actions))
            position = position.play(action)
            observation, reward, over, truncated, info = env.step(action)
            assert over == position.over and not truncated
            assert reward == float(position.lost)
        with pytest.raises(gym.error.ResetNeeded):
            env.unwrapped.step(0)


def test_self_play_refuses_what_makes_no_sense_in_it() -> None:
    for name in ("opponent", "seat"):
        with pytest.raises(
            ValueError, match=f"Self-play has no {name}: the learner moves for both"
        ):
            gym.make("spielfeld/SelfPlay-v0", **{name: "random"})
    env = gym.make("spielfeld/SelfPlay-v0", **GAMES[1])
    env.reset(seed=1)
    env.step(4)
    with pytest.raises(ValueError, match="Action 4 is not legal here"):
        env.step(4)
    assert env.unwrapped.model is None


def test_who_plays_an_illegal_move_for_a_side_loses_for_it() -> None:
    env = gym.make("spielfeld/SelfPlay-v0", **GAMES[1], illegal="lose", observation="index")
    env.reset(seed=1)
    env.step(4)
    assert env.step(4)[1:3] == (-1.0, True)
