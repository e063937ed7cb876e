import numpy as np
import pytest

from spielfeld.envs.board_game import TIC_TAC_TOE, Position, board_rules
from spielfeld.envs.board_game.outcome import outcome_words, stones_to_go
from spielfeld.envs.board_game.solver import action_scores


def played_out(position: Position, action: int) -> int:
    """Count the winner's stones until perfect play ends the game, the first action being given."""
    side, stones = position.mover, [0, 0]
    while not position.over:
        stones[position.mover] += 1
        position = position.play(action)
        if not position.over:
            action = int(np.nanargmax(action_scores(position)))
    winner = position.winner
    return 0 if winner is None else stones[winner] * (1 if winner == side else -1)


@pytest.mark.parametrize(
    ("rules", "moves"),
    [
        (TIC_TAC_TOE, ["", "1", "12", "15", "152", "1523", "15237", "152376"]),
        (board_rules(4, 4, 3), ["", "1", "12", "2214", "22143"]),
    ],
)
def test_games_end_with_the_stone_that_was_foretold(rules, moves) -> None:
    for words in moves:
        position = Position.of_moves(words, rules)
        foretold = stones_to_go(position, action_scores(position))
        for action in range(rules.actions):
            if action in position.legal_actions:
                assert foretold[action] == played_out(position, action)
            else:
                assert np.isnan(foretold[action])


@pytest.mark.parametrize(
    ("stones", "words"), [(3, "win in 3"), (0, "draw"), (-12, "loss in 12"), (np.nan, "")]
)
def test_an_end_has_its_words(stones, words) -> None:
    assert outcome_words(stones) == words
