"""Lesson 13, against itself: the board after a move, and the result of perfect play."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, Union

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

Tree: TypeAlias = Union[float, "list[Tree]"]
Pick: TypeAlias = Callable[[Sequence[float]], float]


def _put(board: Array, row: int, column: int, stone: int) -> Array:
    after = board.copy()
    after[row, column] = stone
    return after


BOARDS = (
    np.array([[1, 0, 0], [0, -1, 0], [0, 0, 0]]),
    np.array([[0, 0, 0], [1, 0, 0], [-1, 0, 1]]),
    np.array([[1, -1, 1], [0, 0, -1], [0, 1, 0]]),
    np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
)

AFTERSTATE = Exercise(
    name="afterstate",
    lesson=13,
    task=Text(
        """Gib das Brett nach einem Zug zurück. Das alte Brett bleibt, wie es ist.

        board: das Brett, ein Feld [3, 3]; 0 ist leer, 1 und -1 sind die Steine der beiden
        row, column: Zeile und Spalte des Zuges, ab 0
        player: wer zieht, 1 oder -1
        """,
        """Return the board after a move. The old board stays as it is.

        board: an array [3, 3]; 0 is empty, 1 and -1 are the stones of the two players
        row, column: of the move, from 0
        player: the side that moves, 1 or -1
        """,
    ),
    right=_put,
    cases=(
        (BOARDS[0], 0, 2, 1),
        (BOARDS[1], 0, 1, -1),
        (BOARDS[2], 2, 0, -1),
        (BOARDS[3], 1, 2, -1),
    ),
    mistakes=(
        Mistake(
            "transposed",
            lambda board, row, column, player: _put(board, column, row, player),
            Text(
                "Zeile und Spalte sind vertauscht: `board[row, column]`.",
                "Row and column are swapped: `board[row, column]`.",
            ),
        ),
        Mistake(
            "always-one",
            lambda board, row, column, player: _put(board, row, column, 1),
            Text(
                "Du setzt immer denselben Stein. Wer zieht, sagt `player`.",
                "You always place the same stone. The side to move is `player`.",
            ),
        ),
        Mistake(
            "wrong-stone",
            lambda board, row, column, player: _put(board, row, column, -player),
            Text(
                "Du setzt den Stein der anderen Seite.",
                "You put the stone of the other side.",
            ),
        ),
        Mistake(
            "stone-alone",
            lambda board, row, column, player: _put(0 * board, row, column, player),
            Text(
                "Dein Brett hat nur noch den neuen Stein. Die alten bleiben liegen.",
                "Your board has only the new stone. The old ones stay.",
            ),
        ),
        Mistake(
            "old-board",
            lambda board, row, column, player: board,
            Text(
                "Es kommt das alte Brett heraus. Gibst du die Kopie zurück, auf die du gesetzt "
                "hast?",
                "The old board comes out. Do you return the copy with the new stone?",
            ),
        ),
        Mistake(
            "counts-from-one",
            lambda board, row, column, player: _put(board, row - 1, column - 1, player),
            Text(
                "Du zählst Zeilen und Spalten ab 1. Hier beginnen sie bei 0.",
                "You count rows and columns from 1. Here they begin at 0.",
            ),
        ),
        Mistake(
            "whole-row",
            lambda board, row, column, player: np.where(
                np.arange(3)[:, None] == row, player, board
            ),
            Text(
                "Du füllst die ganze Zeile. Gesetzt wird ein Stein.",
                "You fill the whole row. Put one stone.",
            ),
        ),
        Mistake(
            "turned-round",
            lambda board, row, column, player: -_put(board, row, column, player),
            Text(
                "Du vertauschst danach alle Steine. Gefragt ist das Brett, wie es daliegt.",
                "You swap all stones afterwards. Asked is the board as it lies there.",
            ),
        ),
    ),
    hints=(
        Text(
            "Vergleichen will man viele Züge. Was passiert, wenn du auf das echte Brett setzt?",
            "You will compare many moves. What happens if you put a stone on the real board?",
        ),
        Text(
            "`after = board.copy()` ist ein neues Brett mit denselben Steinen.",
            "`after = board.copy()` is a new board with the same stones.",
        ),
        Text(
            "`after[row, column] = ...`, dann `return after`.",
            "`after[row, column] = ...`, then `return after`.",
        ),
    ),
    solution="""
    def afterstate(board, row, column, player):
        after = board.copy()
        after[row, column] = player
        return after
    """,
    praise=Text(
        "Richtig! Alle Züge, die zum selben Brett führen, lernen jetzt voneinander.",
        "Right! All moves that lead to the same board now learn from one another.",
    ),
    kinds=(
        Kind(
            Text("wenn -1 am Zug ist", "when it is the turn of -1"),
            lambda board, row, column, player: player == -1,
        ),
    ),
)


def _value(tree: Tree, mine: bool, own: Pick = max, other: Pick = min, turns: bool = True) -> float:
    """Return the value of a tree of moves, where each side picks by a rule."""
    if not isinstance(tree, list):
        return tree
    below = [_value(one, mine != turns, own, other, turns) for one in tree]
    return own(below) if mine else other(below)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _leaves(tree: Tree) -> list[float]:
    return [leaf for one in tree for leaf in _leaves(one)] if isinstance(tree, list) else [tree]


def _negated(tree: Tree) -> float:
    """Change signs at each move, though all results are seen by one side."""
    return max(-_negated(one) for one in tree) if isinstance(tree, list) else tree


MINIMAX = Exercise(
    name="minimax",
    lesson=13,
    task=Text(
        """Gib zurück, was bei bestem Spiel beider Seiten herauskommt, für dich.

        Ist das Spiel aus, ist der Spielbaum eine Zahl, das Ergebnis für dich: 1 gewonnen, 0
        unentschieden, -1 verloren. Sonst ist er eine Liste von Spielbäumen, einer für jeden Zug.
        Du nimmst immer den Zug, der für dich am besten ist. Die andere Seite nimmt den, der für
        dich am schlechtesten ist. Ihr wechselt euch ab.

        tree: der Spielbaum
        my_turn: ob du am Zug bist
        """,
        """Return the result of best play by both sides, for you.

        When the game is over, the tree is a number, the result for you: 1 won, 0 drawn, -1 lost.
        Otherwise it is a list of trees, one for each move. You always take the move that is best
        for you. The other side takes the one that is worst for you. You move in turns.

        tree: of the moves
        my_turn: whether it is your turn
        """,
    ),
    right=_value,
    cases=(
        (1, True),
        (-1, False),
        ([[0, -1], [1, -1], [1, 0]], True),
        ([[0, 1], [-1, 0]], False),
        ([[[1, -1], [0, -1]], [[-1, 0], [1, 0], -1]], True),
        ([[[-1, 0], [0, 1]], [[0, -1], [-1, -1]]], False),
        ([0, [1, 1], [[-1, 1], 1]], True),
        ([[[0, 1, 1], 0], 1], False),
        ([[-1, -1, 0], [-1, 1]], True),
        ([[1, 0, 1], [1, 1]], True),
    ),
    mistakes=(
        Mistake(
            "no-change-of-sides",
            lambda tree, mine: _value(tree, mine, turns=False),
            Text(
                "Bei dir zieht immer dieselbe Seite. Nach jedem Zug wechselt sie: `not my_turn`.",
                "The same side always moves here. It changes after each move: `not my_turn`.",
            ),
        ),
        Mistake(
            "kind-opponent",
            lambda tree, mine: _value(tree, mine, other=max),
            Text(
                "Bei dir hilft dir die andere Seite. Sie nimmt aber, was für dich am schlechtesten "
                "ist: `min`.",
                "Here the other side helps you. But it takes the worst move for you: `min`.",
            ),
        ),
        Mistake(
            "both-worst",
            lambda tree, mine: _value(tree, mine, own=min),
            Text(
                "Du nimmst auch für dich selbst den schlechtesten Zug.",
                "You take the worst move for yourself as well.",
            ),
        ),
        Mistake(
            "sides-swapped",
            lambda tree, mine: _value(tree, not mine),
            Text(
                "Die Seiten sind vertauscht: Wenn du am Zug bist, gilt `max`.",
                "The sides are swapped: on your turn it is `max`.",
            ),
        ),
        Mistake(
            "random-opponent",
            lambda tree, mine: _value(tree, mine, other=_mean),
            Text(
                "Die andere Seite zieht bei dir zufällig. Rechne mit ihrem besten Spiel.",
                "The other side moves at random in your function. Expect its best play.",
            ),
        ),
        Mistake(
            "mean-of-leaves",
            lambda tree, mine: _mean(_leaves(tree)),
            Text(
                "Du mittelst über alle Ergebnisse. Niemand zieht hier zufällig.",
                "You take the mean over all results. Neither side moves at random.",
            ),
        ),
        Mistake(
            "signs-change",
            lambda tree, mine: _negated(tree),
            Text(
                "Du drehst bei jedem Zug das Vorzeichen um. Das ginge, wenn jedes Ergebnis aus "
                "Sicht der Seite am Zug stünde; hier stehen alle aus deiner.",
                "You change the sign at each move. That would do if each result were seen by the "
                "side to move; here all are seen by you.",
            ),
        ),
        Mistake(
            "first-move",
            lambda tree, mine: _leaves(tree)[0],
            Text(
                "Du siehst dir nur den jeweils ersten Zug an. Verglichen werden alle.",
                "You look only at the first move each time. Compare all.",
            ),
        ),
        Mistake(
            "last-move",
            lambda tree, mine: _leaves(tree)[-1],
            Text(
                "Du siehst dir nur den jeweils letzten Zug an. Verglichen werden alle.",
                "You look only at the last move each time. Compare all.",
            ),
        ),
    ),
    hints=(
        Text(
            "Ist der Baum eine Zahl, bist du schon fertig. Sonst frag für jeden Zug dasselbe noch "
            "einmal.",
            "If the tree is a number, you are done. Otherwise ask the same again for each move.",
        ),
        Text(
            "`isinstance(tree, list)` sagt, ob noch gezogen wird. Nach einem Zug ist die andere "
            "Seite dran: `not my_turn`.",
            "`isinstance(tree, list)` is true if there is a move. After it comes the other "
            "side: `not my_turn`.",
        ),
        Text(
            "`results = [minimax(one, not my_turn) for one in tree]`, dann `max` oder `min`.",
            "`results = [minimax(one, not my_turn) for one in tree]`, then `max` or `min`.",
        ),
    ),
    solution="""
    def minimax(tree, my_turn):
        if not isinstance(tree, list):
            return tree
        results = [minimax(one, not my_turn) for one in tree]
        if my_turn:
            return max(results)
        return min(results)
    """,
    praise=Text(
        "Richtig! So ist Tic-Tac-Toe schon gelöst; für Go fehlt nur die Zeit.",
        "Right! This solves tic-tac-toe; for Go there is just not enough time.",
    ),
    kinds=(
        Kind(
            Text("wenn das Spiel schon aus ist", "when the game is over already"),
            lambda tree, my_turn: not isinstance(tree, list),
        ),
        Kind(
            Text("wenn du am Zug bist", "when it is your turn"),
            lambda tree, my_turn: my_turn and isinstance(tree, list),
        ),
        Kind(
            Text("wenn die andere Seite am Zug ist", "when it is the other side's turn"),
            lambda tree, my_turn: not my_turn and isinstance(tree, list),
        ),
        Kind(
            Text("wenn noch gezogen wird", "when there are moves left"),
            lambda tree, my_turn: isinstance(tree, list),
        ),
    ),
)

EXERCISES = (AFTERSTATE, MINIMAX)
