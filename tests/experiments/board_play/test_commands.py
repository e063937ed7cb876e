"""What the commands say to whoever names a player."""

import pytest

from tests.experiments.test_command_line import Say, say

__all__ = ["say"]
TIC_TAC_TOE = "spielfeld/TicTacToe-v0"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("play", TIC_TAC_TOE, "--text", "--opponent", "uct:0"), "uct:PLAYOUTS takes a number"),
        (
            ("play", "spielfeld/CliffWalking-v0", "--show", "truth"),
            "no board game, so --show has no effect",
        ),
        (("play", "spielfeld/CliffWalking-v0", "--opponent", "uct"), "so --opponent has no effect"),
        (("evaluate", "uct:none", "--source", TIC_TAC_TOE), "uct:PLAYOUTS takes a number from 1"),
    ],
)
def test_a_player_that_cannot_be_is_answered_with_one_sentence(say: Say, words, sentence) -> None:
    code, output, error = say(*words)
    assert code == 2 and sentence in error and not output


def test_uct_of_any_strength_is_marked(say: Say, monkeypatch) -> None:
    marked = []
    monkeypatch.setattr(
        "spielfeld.experiments.marking.report.marking_lines",
        lambda player, *_: marked.append(player) or [],
    )
    assert say("evaluate", "uct:30", "--source", TIC_TAC_TOE)[0] == 0
    assert [player.name for player in marked] == ["uct:30"]
