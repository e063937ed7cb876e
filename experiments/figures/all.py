"""Every figure: a name, where it stands in which book, and where the function is that draws it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from spielfeld.experiments.registry import import_place

if TYPE_CHECKING:
    from spielfeld.experiments.figures.outcome import Outcome
    from spielfeld.experiments.figures.repeat import Repeat


class Entry(NamedTuple):
    """A figure that can be drawn.

    Args:
        place: "module:function" of what draws it, in this package.
        source: Figure or example of Sutton & Barto, 2nd edition, unless another source is named.
        line: What it shows.
        runs: Of the full figure; 0 where everything is computed exactly.
    """

    place: str
    source: str
    line: str
    runs: int = 0

    @property
    def function(self) -> Callable[[Repeat], Outcome]:
        """Import the function that draws it."""
        drawing: Callable[[Repeat], Outcome] = import_place(f"{__package__}.{self.place}")
        return drawing


FIGURES = {
    "four-by-three": Entry("grids:four_by_three", "Russell & Norvig, 4th edition, figure 16.3",
        "the 4x3 world: what each cell is worth"),
    "self-play-greedy": Entry("self_play:self_play_greedy", "exercises 1.1 and 1.3",
        "tic-tac-toe: who always plays what seems best looks perfect to itself", 20),
    "perfect-player": Entry("perfect_player:perfect_player", "Allen and Allis, 1988",
        "Connect Four: who plays perfectly wins from the first seat", 1_000),
    "ten-armed-testbed": Entry("bandits:ten_armed_testbed", "figure 2.2",
        "bandits: who never explores stays ignorant", 2_000),
    "optimistic-values": Entry("bandits:optimistic_values", "figure 2.3",
        "bandits: who expects too much tries everything", 2_000),
    "upper-confidence-bound": Entry("bandits:upper_confidence_bound", "figure 2.4",
        "bandits: trying what could still be the best", 2_000),
    "gradient-bandit": Entry("bandits:gradient_bandit", "figure 2.5",
        "bandits: what a baseline is good for", 2_000),
    "bandit-parameters": Entry("bandits:bandit_parameters", "figure 2.6",
        "bandits: each method over its parameter", 2_000),
    "springs": Entry("grids:springs", "example 3.5",
        "two springs in a grid: values of random behaviour"),
    "springs-optimal": Entry("grids:springs_optimal", "example 3.8",
        "two springs in a grid: values of the best behaviour"),
    "corners": Entry("grids:corners", "example 4.1",
        "two corners to reach: policy evaluation, sweep by sweep"),
    "jacks-car-rental": Entry("dynamic_programming:jacks_car_rental", "figure 4.2",
        "Jack's car rental: policy iteration, policy by policy"),
    "gamblers-problem": Entry("dynamic_programming:gamblers_problem", "figure 4.3",
        "the gambler's problem: sweeps of value iteration, and the best stakes"),
    "blackjack": Entry("blackjack:blackjack", "figure 5.1",
        "blackjack: Monte Carlo judges a policy", 1),
    "blackjack-optimal": Entry("blackjack:blackjack_optimal", "figure 5.2",
        "blackjack: the best policy and what it is worth"),
    "random-walk": Entry("random_walk:random_walk", "example 6.2",
        "a random walk: TD(0) beside Monte Carlo", 200),
    "windy": Entry("windy:windy", "example 6.5",
        "the windy grid world: episodes over time, and the shortest way", 200),
    "cliff": Entry("cliff:cliff", "example 6.6",
        "cliff walking: SARSA, Q-learning and Expected SARSA while they learn", 1_000),
    "cliff-step-sizes": Entry("cliff:cliff_step_sizes", "figure 6.3",
        "cliff walking: the same over step sizes, early and late", 50),
    "maximisation-bias": Entry("maximisation_bias:maximisation_bias", "figure 6.5",
        "maximisation bias: Q-learning is deceived, Double Q-learning is not", 10_000),
    "n-step": Entry("nineteen_states:n_step", "figure 7.2",
        "n-step TD: how far to look ahead", 200),
    "dyna-maze": Entry("dyna:dyna_maze", "figure 8.2", "Dyna-Q: what planning is good for", 1_000),
    "blocking-maze": Entry("dyna:blocking_maze", "figure 8.4",
        "Dyna-Q+: the short way closes, a long one opens", 200),
    "shortcut-maze": Entry("dyna:shortcut_maze", "figure 8.5",
        "Dyna-Q+: a shortcut opens, and the curious find it", 200),
    "mountain-car": Entry("mountain_car:mountain_car", "figure 10.1",
        "Mountain Car: the cost to go, by tile coding", 1),
    "mountain-car-steps": Entry("mountain_car:mountain_car_steps", "figure 10.2",
        "Mountain Car: steps of an episode, for three step sizes", 5),
    "traces": Entry("nineteen_states:traces", "figures 12.6 and 12.8",
        "TD(lambda): accumulating, replacing and Dutch traces", 100),
    "short-corridor": Entry("short_corridor:short_corridor", "example 13.1, figures 13.1 and 13.2",
        "the short corridor: why a coin can be the best policy, and how it is learned", 1_000),
    "underfitting": Entry("fitting:underfitting", "the workshop, and Bishop, figure 1.5",
        "error on rows that taught and on fresh ones, over degrees and hidden units", 20),
    "more-rows": Entry("fitting:more_rows", "the workshop, and Bishop, figure 1.6",
        "error over the number of rows to learn from", 20),
    "loss-surface": Entry("descent:loss_surface", "the workshop",
        "the loss over weight and bias, and the ways of SGD, momentum and Adam", 20),
    "learning-curves": Entry("descent:learning_curves", "the workshop",
        "training and validation loss, and when to stop", 20),
    "confusion": Entry("mistakes:confusion", "the workshop",
        "which digits are taken for which", 10),
    "threshold": Entry("mistakes:threshold", "the workshop",
        "breast cancer: which mistake is worse depends on the use", 50),
    "data-poisoning": Entry("attacks:data_poisoning", "the workshop",
        "share of flipped training labels against accuracy", 10),
    "model-stealing": Entry("attacks:model_stealing", "the workshop",
        "number of queries against agreement with the stolen model", 10),
    "diffusion-shapes": Entry("diffusion:diffusion_shapes", "Spielfeld",
        "points in the plane, out of noise, beside a Gaussian mixture's", 5),
    "diffusion-digits": Entry("diffusion:diffusion_digits", "Spielfeld",
        "digits out of noise, and how many are recognised", 3),
}  # fmt: skip


def find(name: str) -> list[str]:
    """Return the figures of a name, or of a number in the book; `all` is every one.

    Raises:
        ValueError: If there is none; suggests the nearest name.
    """
    if name == "all":
        return list(FIGURES)
    found = [
        known
        for known, entry in FIGURES.items()
        if name == known or name in entry.source.replace(",", "").split()
    ]
    if not found:
        near = difflib.get_close_matches(name.lower(), FIGURES, 1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else "`spielfeld figures` shows all."
        raise ValueError(f"There is no figure {name!r}. {hint}")
    return found
