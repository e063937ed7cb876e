"""Rules against an oracle, OpenSpiel, and against published figures, over very many games."""

from functools import cache

import numpy as np
import pytest

from spielfeld.compiled import compiled
from spielfeld.envs.board_game.bits import choose
from spielfeld.envs.board_game.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Rules,
    has_line,
    is_full,
    legal_moves,
    move_of,
    position_key,
)

GAMES = {"tic_tac_toe": TIC_TAC_TOE, "connect_four": CONNECT_FOUR}
# Positions and move sequences after each ply; a game that is over goes on no more.
POSITIONS = [1, 7, 49, 238, 1120, 4263, 16422, 54859, 184275]
SEQUENCES = [7**ply for ply in range(7)] + [823_536, 5_673_234]


def play_at_random(rules, generator, actions, legal, lengths, results):
    """Record games: actions and bits of legal actions, both [games, cells], length, result."""
    for game in range(lengths.size):
        own, other, over = 0, 0, False
        while not over:
            stones = own | other
            move = choose(legal_moves(rules, stones), generator.random())
            allowed = 0
            for action in range(rules.columns if rules.gravity else rules.rows * rules.columns):
                cell = move_of(rules, stones, action)
                allowed |= (cell > 0) << action
                if cell == move:
                    actions[game, lengths[game]] = action
            legal[game, lengths[game]] = allowed
            lengths[game] += 1
            own |= move
            if has_line(rules, own):
                results[game] = 1 if lengths[game] % 2 else -1
                over = True
            over |= is_full(rules, own | other)
            own, other = other, own


record = compiled(play_at_random)


def random_games(rules: Rules, games: int, seed: int) -> tuple[np.ndarray, ...]:
    actions, legal = np.zeros((2, games, rules.cells), np.int16)
    lengths, results = np.zeros((2, games), np.int64)
    record(rules, np.random.default_rng(seed), actions, legal, lengths, results)
    return actions, legal, lengths, results


def assert_open_spiel_agrees(name: str, games: int, seed: int) -> None:
    pyspiel = pytest.importorskip("pyspiel", reason="pip install 'spielfeld[peers]'")
    oracle, rules = pyspiel.load_game(name), GAMES[name]
    named = cache(lambda bits: [a for a in range(rules.actions) if bits >> a & 1])
    for actions, legal, length, result in zip(*random_games(rules, games, seed), strict=True):
        state = oracle.new_initial_state()
        for action, bits in zip(actions[:length].tolist(), legal[:length].tolist(), strict=True):
            assert state.legal_actions() == named(bits)  # none if it were over
            state.apply_action(action)
        assert state.is_terminal()
        assert state.returns() == [result, -result]


@pytest.mark.parametrize("name", GAMES)
def test_two_thousand_random_games_agree_with_open_spiel(name: str) -> None:
    assert_open_spiel_agrees(name, 2_000, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", GAMES)
def test_a_hundred_thousand_random_games_agree_with_open_spiel(name: str) -> None:
    assert_open_spiel_agrees(name, 100_000, seed=2)


def test_random_tic_tac_toe_ends_as_published() -> None:
    @cache
    def shares(own: int, other: int) -> tuple[float, float, float]:
        """Return how often the side to move, nobody and the other side win."""
        if has_line(TIC_TAC_TOE, other):
            return 0.0, 0.0, 1.0
        moves = [1 << k for k in range(12) if legal_moves(TIC_TAC_TOE, own | other) >> k & 1]
        if not moves:
            return 0.0, 1.0, 0.0
        after = np.mean([shares(other, own | move) for move in moves], axis=0)
        return tuple(after[::-1].tolist())

    assert shares(0, 0) == pytest.approx((0.58492, 0.12698, 0.28810), abs=5e-6)


def test_random_connect_four_lasts_and_ends_as_published() -> None:
    parts = [random_games(CONNECT_FOUR, 100_000, seed)[2:] for seed in range(10)]
    lengths, results = (np.concatenate(part) for part in zip(*parts, strict=True))
    measured = [(lengths, 21.31, 2)] + [
        (results == result, share, 4) for result, share in ((1, 0.5551), (-1, 0.4424), (0, 0.0025))
    ]
    for numbers, published, digits in measured:
        error = 4 * numbers.std() / np.sqrt(numbers.size)
        assert numbers.mean() == pytest.approx(published, abs=error + 0.5 * 10.0**-digits)


def follow(rules, own, other, ways, next_own, next_other, next_ways):
    """Write what every move makes of every position that goes on; return how many there are."""
    count = 0
    for row in range(own.size):
        moves = legal_moves(rules, own[row] | other[row])
        if has_line(rules, other[row]):
            moves = 0
        while moves:
            move = moves & -moves
            moves ^= move
            next_own[count], next_other[count] = other[row], own[row] | move
            next_ways[count] = ways[row]
            count += 1
    return count


def key_all(rules, own, other, keys):
    for row in range(own.size):
        keys[row] = position_key(rules, own[row], other[row])


def test_connect_four_has_as_many_positions_and_sequences_as_published() -> None:
    expand, number = compiled(follow), compiled(key_all)
    layer = np.zeros((3, 1), np.int64)
    layer[2] = 1  # own stones, other stones, and in how many ways one gets there
    positions, sequences = [1], [1]
    for _ in POSITIONS[1:]:
        following = np.zeros((3, 7 * layer.shape[1]), np.int64)
        count = expand(CONNECT_FOUR, *layer, *following)
        keys = np.zeros(count, np.int64)
        number(CONNECT_FOUR, *following[:2, :count], keys)
        _, first, same = np.unique(keys, return_index=True, return_inverse=True)
        ways = np.bincount(same, following[2, :count]).astype(np.int64)
        layer = np.stack([*following[:2, first], ways])
        positions.append(layer.shape[1])
        sequences.append(int(ways.sum()))
    assert positions == POSITIONS
    assert sequences == SEQUENCES
