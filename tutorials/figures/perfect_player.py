"""Connect Four: perfect play wins from the first seat.

James Allen and Victor Allis proved in 1988 that the first player wins with perfect play. So the
perfect player must win every game from the first seat. Against it, no opponent wins from the
second seat. From the second seat the perfect player waits for a mistake and loses as late as
possible. Against itself it loses with stone 41 of 42. It and its opponents choose at random among
equally good moves. In game n of each kind the perfect player has the seed 2 n, and its opponent
has 2 n + 1.

Without the table of openings (`pip install 'spielfeld[games]'`) first moves take minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import BLUE, GREY, ORANGE, Outcome, Repeat, Row, canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOURCE = "Allen and Allis, 1988"
RUNS = 1_000
QUESTION = "Against which opponent do games last longest? Change RUNS to 20, and see."

SETTINGS = [
    *((rival, 0) for rival in ("random", "rule", "uct", "perfect")),
    *(
        (rival, 1) for rival in ("random", "rule", "uct")
    ),  # against itself, the first seat shows both
]
LONGEST = 41.0  # stones of a game without a mistake
SEATS = ("first", "second")
RESULTS = {"won": (1, BLUE, "white"), "drawn": (0, GREY, "white"), "lost": (-1, ORANGE, "black")}


def played(seed: int, rival: str, seat: int) -> Array:
    """Play one game; return the perfect player's result (1, 0 or -1) and the number of stones.

    Args:
        seed: Gives the seeds of both players, for choices among equally good moves.
        rival: Name of the other player.
        seat: Seat of the perfect player, 0 (begins) or 1.
    """
    from spielfeld.envs.board_game import Position
    from spielfeld.experiments.board_play.match import named_player
    from spielfeld.experiments.marking.round_robin import last_position

    players = [named_player("perfect", 2 * seed), named_player(rival, 2 * seed + 1)]
    first, second = reversed(players) if seat else players
    end = last_position(first, second, Position())
    result = 0 if end.winner is None else 1 if end.winner == seat else -1
    return np.array([result, end.plies])


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    measured = dict(zip(SETTINGS, repeat(played, SETTINGS), strict=True))
    rows = []
    for (rival, seat), games in measured.items():
        name = f"{SEATS[seat]} seat, against {'itself' if rival == 'perfect' else rival}"
        for what, (result, *_) in RESULTS.items():
            proved = None if seat else float(len(games) * (result == 1))
            count = float((games[:, 0] == result).sum())
            rows.append(Row(f"{name}: games {what}", proved, count))
        stones = games[:, 1]
        error = stones.std(ddof=1).item() / np.sqrt(len(stones))
        proved = LONGEST if rival == "perfect" else None
        rows.append(Row(f"{name}: stones of a game", proved, stones.mean().item(), error))
    return Outcome(_picture(list(measured), list(measured.values())), rows)


def _picture(settings: list[tuple[str, int]], measured: list[Array]) -> Figure:
    """Draw the shares of results for each rival and seat, and the lengths of games."""
    picture, (shares, lengths) = canvas("The perfect player of Connect Four", 1, 2, sharey=True)
    places, left = np.arange(len(settings)), np.zeros(len(settings))
    for what, (result, colour, ink) in RESULTS.items():
        share = np.array([100 * (games[:, 0] == result).mean() for games in measured])
        bars = shares.barh(places, share, left=left, color=colour, label=what)
        words = [f"{each:.3g}" if each >= 5 else "" for each in share]
        shares.bar_label(bars, words, label_type="center", color=ink, fontsize=9)
        left += share
    names = [f"{SEATS[seat]}, against {'itself' if rival == 'perfect' else rival}"
             for rival, seat in settings]  # fmt: skip
    shares.set(yticks=places, yticklabels=names, xlim=(0, 100), xlabel="games, %")
    shares.invert_yaxis()
    shares.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    lengths.boxplot([games[:, 1] for games in measured], positions=places, orientation="horizontal",
                    widths=0.6, whis=(0, 100), manage_ticks=False)  # fmt: skip
    lengths.set(xlabel="stones of a game: quartiles and extremes", xlim=(5, 43))
    lengths.grid(alpha=0.3)
    return picture
