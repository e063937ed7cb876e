import gymnasium as gym
import numba
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs.board_game.bits import choose
from spielfeld.envs.board_game.opponents import any_moves, reply_of, rule_moves
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Rules,
    board_rules,
    cell_bit,
    has_line,
    is_full,
)
from spielfeld.envs.board_game.uct import (
    PLAYOUTS,
    SEEDS,
    best_child,
    expand,
    new_stream,
    new_tree,
    playout,
    random_result,
    uct_move,
    uct_reply,
)
from spielfeld.envs.board_game.uct_players import (
    fast_uct_move,
    playouts_of,
    uct_action,
    uct_opponent,
    uct_player,
)

SEEDS_TRIED = range(20)


def asked(moves: str, playouts: int, seed: int, rules: Rules = CONNECT_FOUR) -> int:
    """Return UCT's move, counted from 1."""
    position = Position.of_moves(moves, rules)
    return uct_action(rules, position.own, position.other, playouts, seed) + 1


@pytest.mark.uncompiled
def test_bounds_by_hand() -> None:
    tree = new_tree(4, 3)
    tree.first[0], tree.children[0] = 1, 3
    tree.visits[:] = 8, 4, 2, 0
    tree.total[:] = 0, 2.0, 0.5, 0
    assert best_child(tree, 0, 0.0) == 3  # not visited yet
    tree.visits[3], tree.total[3] = 2, -2.0
    # 0.5 + sqrt(2 ln 8 / 4) = 1.520, 0.25 + sqrt(2 ln 8 / 2) = 1.692, -1 + 1.442 = 0.442
    assert {best_child(tree, 0, draw) for draw in (0.0, 0.4, 0.9)} == {2}


@pytest.mark.uncompiled
def test_every_playout_is_told_to_the_nodes_of_its_way() -> None:
    tree, stream, free = new_tree(500, 10), new_stream(1), 1
    for _ in range(50):
        free = playout(TIC_TAC_TOE, tree, free, 0, 0, stream)
    assert tree.visits[0] == 50 == tree.visits[1:10].sum() + 1  # the first one stays at the root
    assert (np.abs(tree.total) <= tree.visits).all()
    for node in range(free):
        children = slice(tree.first[node], tree.first[node] + tree.children[node])
        if tree.children[node]:
            assert tree.visits[node] == tree.visits[children].sum() + 1
            assert len(set(tree.move[children].tolist())) == tree.children[node]


def test_a_full_tree_node_has_a_child_for_each_legal_move() -> None:
    tree, position = new_tree(20, 5), Position.of_moves("159", TIC_TAC_TOE)
    assert expand(TIC_TAC_TOE, tree, 0, 1, position.stones) == 7
    assert tree.move[1:7].sum() == TIC_TAC_TOE.board ^ position.stones


def test_random_games_end_as_random_games_do() -> None:
    stream = new_stream(3)
    results = [-random_result(TIC_TAC_TOE, 0, 0, stream) for _ in range(4_000)]
    shares = [np.mean(np.array(results) == result) for result in (1, 0, -1)]
    assert shares == pytest.approx([0.58492, 0.12698, 0.28810], abs=4 * 0.008)


@pytest.mark.uncompiled
@pytest.mark.parametrize("rules", [TIC_TAC_TOE, CONNECT_FOUR, board_rules(2, 3, 2)])
def test_compiled_search_is_readable_search(rules: Rules) -> None:
    for seed in (0, 5, SEEDS - 1):
        assert fast_uct_move(rules, 0, 0, 30, seed) == uct_move(rules, 0, 0, 30, seed)
    draw = 5 / SEEDS
    assert uct_opponent(rules, 0, 0, draw, PLAYOUTS) == uct_reply(rules, 0, 0, draw)


def test_equal_seeds_find_equal_moves_and_others_others() -> None:
    moves = [asked("", 30, seed) for seed in SEEDS_TRIED]
    assert moves == [asked("", 30, seed) for seed in SEEDS_TRIED]
    assert len(set(moves)) > 1


@pytest.mark.parametrize(
    ("moves", "rules", "expected"),
    [
        ("414243", CONNECT_FOUR, {4}),  # four upwards win
        ("4142432", CONNECT_FOUR, {4}),  # and are to be blocked
        ("1", TIC_TAC_TOE, {5}),  # a corner is answered in the centre
        ("1524", TIC_TAC_TOE, {3}),
    ],
)
def test_enough_playouts_find_the_only_move(moves: str, rules: Rules, expected: set[int]) -> None:
    assert {asked(moves, 4_000, seed, rules) for seed in SEEDS_TRIED} == expected


def play(rules: Rules, first, second) -> int:
    """Return the result of the first player; both are functions of own and other stones."""
    own, other, players, turn = 0, 0, (first, second), 0
    while True:
        own |= players[turn](own, other)
        if has_line(rules, own):
            return 1 - 2 * turn
        if is_full(rules, own | other):
            return 0
        own, other, turn = other, own, 1 - turn


@pytest.mark.parametrize(("moves", "least"), [(any_moves, 0.95), (rule_moves, 0.5)])
def test_uct_beats_who_does_not_search(moves, least: float) -> None:
    draw = np.random.default_rng(1).random
    uct = lambda own, other: uct_opponent(CONNECT_FOUR, own, other, draw(), 300)  # noqa: E731
    simple = lambda own, other: choose(moves(CONNECT_FOUR, own, other), draw())  # noqa: E731
    results = [play(CONNECT_FOUR, uct, simple) for _ in range(40)]
    results += [-play(CONNECT_FOUR, simple, uct) for _ in range(40)]
    assert np.mean(results) > least


def test_players_take_positions_and_go_on_drawing_seeds() -> None:
    player, again = uct_player(30, seed=4), uct_player(30, seed=4)
    asked_often = [player(Position()) for _ in range(20)]
    assert len(set(asked_often)) > 1 and asked_often == [again(Position()) for _ in range(20)]


@pytest.mark.uncompiled
@pytest.mark.parametrize("name", ["spielfeld/TicTacToe-v0", "spielfeld/ConnectFour-v0"])
@pytest.mark.slow
def test_vector_rows_against_uct_are_single_boards(name: str) -> None:
    rows, steps = (2, 3) if numba.config.DISABLE_JIT else (3, 12)
    vector = gym.make_vec(name, rows, "vector_entry_point", opponent="uct")
    singles = [gym.make(name, opponent="uct") for _ in range(rows)]
    observed, info = vector.reset(seed=3)
    for row, env in enumerate(singles):
        assert np.array_equal(env.reset(seed=3 + row)[0], observed[row])
    over = np.zeros(rows, bool)
    for _ in range(steps):
        actions = info["action_mask"].argmax(axis=1)
        observed, reward, terminated, _, info = vector.step(actions)
        for row, env in enumerate(singles):
            if over[row]:
                alone, expected = env.reset()[0], (0.0, False)
            else:
                alone, *expected = env.step(int(actions[row]))[:3]
            assert np.array_equal(observed[row], alone)
            assert (reward[row], terminated[row]) == tuple(expected)
        over = terminated.copy()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((board_rules(9, 9, 5), 0, 0), r"uct cannot search a board of 9 x 9, because \(rows"),
        ((TIC_TAC_TOE, 0b111, 0), "UCT cannot search: the game is over"),
        ((TIC_TAC_TOE, 0, TIC_TAC_TOE.board), "cannot search"),
        ((TIC_TAC_TOE, 0, 0, 0, 1), "1 playout or more and a seed from 0 to 2^53 - 1, not 0 and 1"),
        ((TIC_TAC_TOE, 0, 0, 1, SEEDS), "not 1 and"),
    ],
)
def test_what_cannot_be_searched_is_refused(arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("^", r"\^")):
        uct_action(*arguments)


def test_the_name_says_how_many_playouts() -> None:
    names = "uct", "uct:7", "random", "uctx"
    assert [playouts_of(name) for name in names] == [PLAYOUTS, 7, None, None]
    strong, one = (reply_of(name)(TIC_TAC_TOE, 0, 0, 0.5) for name in ("uct:3000", "uct:1"))
    assert strong == cell_bit(TIC_TAC_TOE, 1, 1) != one


@pytest.mark.parametrize("number", ["", "0", "-3", "2.5", "many", "1000001"])
def test_a_number_of_playouts_that_cannot_be_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=f"from 1 to 1,000,000, such as uct:5000, not '{number}'"):
        gym.make("spielfeld/ConnectFour-v0", opponent=f"uct:{number}")


def test_many_boards_at_once_have_one_strength_of_uct() -> None:
    with pytest.raises(ValueError, match="one of the opponents random, rule, uct, not 'uct:7'"):
        gym.make_vec("spielfeld/TicTacToe-v0", num_envs=2, opponent="uct:7")
