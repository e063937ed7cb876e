"""Names of learners and sources; what a name stands for is imported when it is first used."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from spielfeld.lazy import member
from spielfeld.learning.baselines import SKLEARN
from spielfeld.protocols import Learns, Predicts


class Entry(NamedTuple):
    """Where a learner lives, and what it is in one line."""

    place: str  # "module:Class"
    line: str

    @property
    def group(self) -> str:
        """Name the kind of learner, which is where it lives."""
        return next(group for start, group in GROUPS.items() if self.place.startswith(start))


GROUPS = {
    "spielfeld.agents.baselines.": "of Stable-Baselines3",
    "spielfeld.agents.": "acting in worlds",
    "spielfeld.learning.supervised.": "on data, from given targets",
    "spielfeld.learning.baselines.": "on data, of scikit-learn and torch",
    "spielfeld.learning.": "on data, without targets",
}


LEARNERS = {
    "monte-carlo-prediction": Entry(
        "spielfeld.agents.tabular.monte_carlo_prediction:MonteCarloPrediction",
        "value of each state to random behaviour, from whole returns",
    ),
    "temporal-difference": Entry(
        "spielfeld.agents.tabular.temporal_difference:TemporalDifference",
        "TD(0): the same, from one step to the next",
    ),
    "n-step-td": Entry(
        "spielfeld.agents.tabular.n_step_td:NStepTD",
        "the same, looking n rewards ahead",
    ),
    "td-lambda": Entry(
        "spielfeld.agents.tabular.td_lambda:TDLambda",
        "the same, with traces that credit all states of the way",
    ),
    "monte-carlo": Entry(
        "spielfeld.agents.tabular.monte_carlo:MonteCarlo",
        "Monte Carlo control: the value of each action, from whole returns",
    ),
    "off-policy-monte-carlo": Entry(
        "spielfeld.agents.tabular.off_policy_monte_carlo:OffPolicyMonteCarlo",
        "the same for the greedy policy, by weighted importance sampling",
    ),
    "sarsa": Entry(
        "spielfeld.agents.tabular.sarsa:Sarsa",
        "tabular SARSA: the value of each action, if one goes on behaving as one does",
    ),
    "expected-sarsa": Entry(
        "spielfeld.agents.tabular.expected_sarsa:ExpectedSarsa",
        "tabular Expected SARSA: the same, averaged over what one would do next",
    ),
    "q-learning": Entry(
        "spielfeld.agents.tabular.q_learning:QLearning",
        "tabular Q-learning: the value of each action, if one acts perfectly ever after",
    ),
    "double-q-learning": Entry(
        "spielfeld.agents.tabular.double_q_learning:DoubleQLearning",
        "Q-learning with two tables, so that luck is not mistaken for worth",
    ),
    "n-step-sarsa": Entry(
        "spielfeld.agents.tabular.n_step_sarsa:NStepSarsa",
        "SARSA that looks n rewards ahead",
    ),
    "tree-backup": Entry(
        "spielfeld.agents.tabular.tree_backup:TreeBackup",
        "Q-learning that looks n rewards ahead",
    ),
    "sarsa-lambda": Entry(
        "spielfeld.agents.tabular.sarsa_lambda:SarsaLambda",
        "SARSA with accumulating, replacing or Dutch traces",
    ),
    "dyna-q": Entry(
        "spielfeld.agents.tabular.dyna_q:DynaQ",
        "tabular Dyna-Q: Q-learning that goes over what it remembers after every step",
    ),
    "dyna-q-plus": Entry(
        "spielfeld.agents.tabular.dyna_q_plus:DynaQPlus",
        "tabular Dyna-Q+: the same, curious about what it has not tried for long",
    ),
    "prioritized-sweeping": Entry(
        "spielfeld.agents.tabular.prioritized_sweeping:PrioritizedSweeping",
        "tabular prioritised sweeping: planning backwards from what was just found wrong",
    ),
    "td-self-play": Entry(
        "spielfeld.agents.self_play.afterstates:AfterstateLearner",
        "board games against itself: what each position is worth to who made it",
    ),
    "q-self-play": Entry(
        "spielfeld.agents.self_play.q_learning:SelfPlayQLearning",
        "board games against itself: what each move in each position is worth",
    ),
    "dqn": Entry(
        "spielfeld.agents.value_based.dqn:DQN",
        "Q-learning with a network in the place of the table, taught from memory",
    ),
    "double-dqn": Entry(
        "spielfeld.agents.value_based.double_dqn:DoubleDQN",
        "DQN whose two networks choose and judge, so that luck is not mistaken for worth",
    ),
    "dueling-dqn": Entry(
        "spielfeld.agents.value_based.dueling_dqn:DuelingDQN",
        "DQN that learns apart how good it is to be here, and what each action adds",
    ),
    "n-step-dqn": Entry(
        "spielfeld.agents.value_based.n_step_dqn:NStepDQN",
        "DQN that looks n rewards ahead",
    ),
    "prioritized-dqn": Entry(
        "spielfeld.agents.value_based.prioritized_dqn:PrioritizedDQN",
        "DQN that learns more often from steps that surprised",
    ),
    "reinforce": Entry(
        "spielfeld.agents.policy_gradient.reinforce:Reinforce",
        "whole episodes: do more of what much was earned after",
    ),
    "reinforce-with-baseline": Entry(
        "spielfeld.agents.policy_gradient.reinforce_with_baseline:ReinforceWithBaseline",
        "the same, with returns compared to the value expected",
    ),
    "a2c": Entry(
        "spielfeld.agents.policy_gradient.a2c:A2C",
        "advantage actor-critic: do more of what was better than the value expected",
    ),
    "ppo": Entry(
        "spielfeld.agents.policy_gradient.ppo:PPO",
        "the same experience used several times, without going too far from who made it",
    ),
    "bandit-greedy": Entry(
        "spielfeld.agents.bandit.greedy:GreedyBandit",
        "one state: the arm whose rewards were best so far, and no other",
    ),
    "bandit-exploration": Entry(
        "spielfeld.agents.bandit.exploration:ExplorationBandit",
        "one state: the best arm so far, and now and then any other",
    ),
    "bandit-optimistic": Entry(
        "spielfeld.agents.bandit.optimistic:OptimisticBandit",
        "one state: the arm that has disappointed least",
    ),
    "bandit-ucb": Entry(
        "spielfeld.agents.bandit.ucb:UpperConfidenceBandit",
        "one state: the arm that could still be the best, by its upper confidence bound",
    ),
    "bandit-gradient": Entry(
        "spielfeld.agents.bandit.gradient:GradientBandit",
        "one state: preferences that climb the expected reward",
    ),
    "bandit-thompson": Entry(
        "spielfeld.agents.bandit.thompson:ThompsonBandit",
        "one state: each arm as often as it may be the best, by Thompson sampling",
    ),
    "sb3-ppo": Entry(
        "spielfeld.agents.baselines:SB3PPO",
        "proximal policy optimisation, for discrete and continuous actions",
    ),
    "sb3-a2c": Entry(
        "spielfeld.agents.baselines:SB3A2C",
        "advantage actor-critic, for discrete and continuous actions",
    ),
    "sb3-dqn": Entry(
        "spielfeld.agents.baselines:SB3DQN",
        "deep Q-learning with a memory, for discrete actions",
    ),
    "sb3-maskable-ppo": Entry(
        "spielfeld.agents.baselines:SB3MaskablePPO",
        "PPO that never tries an illegal move",
    ),
    "linear-regression": Entry(
        "spielfeld.learning.supervised.linear_regression:LinearRegression",
        "numbers as a weighted sum of features, by descent on the squared error",
    ),
    "least-squares": Entry(
        "spielfeld.learning.supervised.least_squares:LeastSquares",
        "the same sum, with its minimum solved for instead of walked to",
    ),
    "ridge": Entry(
        "spielfeld.learning.supervised.least_squares:Ridge",
        "least squares that prefers small weights",
    ),
    "logistic-regression": Entry(
        "spielfeld.learning.supervised.logistic_regression:LogisticRegression",
        "how probable each class is, from a weighted sum of features",
    ),
    "neural-network": Entry(
        "spielfeld.learning.supervised.neural_network:NeuralNetwork",
        "numbers or classes, from features that hidden layers find themselves",
    ),
    "torch-network": Entry(
        "spielfeld.learning.supervised.torch_network:TorchNetwork",
        "the same network in PyTorch, step by step as the one by hand",
    ),
    "k-means": Entry(
        "spielfeld.learning.unsupervised.k_means:KMeans",
        "clusters around a few centroids, by Lloyd's iteration or in mini-batches",
    ),
    "principal-components": Entry(
        "spielfeld.learning.unsupervised.principal_components:PrincipalComponents",
        "the plane nearest to all rows, solved for by singular value decomposition",
    ),
    "linear-autoencoder": Entry(
        "spielfeld.learning.unsupervised.linear_autoencoder:LinearAutoencoder",
        "the same plane, by descent on what gets lost",
    ),
    "autoencoder": Entry(
        "spielfeld.learning.unsupervised.autoencoder:Autoencoder",
        "few numbers for each row, and the row from them, by two networks",
    ),
    "gaussian-mixture": Entry(
        "spielfeld.learning.unsupervised.gaussian_mixture:GaussianMixture",
        "rows from a few normal distributions, told apart by EM: clusters, density, new rows",
    ),
    "recommender": Entry(
        "spielfeld.learning.supervised.recommender:Recommender",
        "ratings of items that a user has not seen, by matrix factorisation with biases",
    ),
    "diffusion": Entry(
        "spielfeld.learning.generative.diffusion:Diffusion",
        "new rows like the given ones, by taking away noise step by step",
    ),
}
LEARNERS |= {name: Entry(*entry) for name, entry in SKLEARN.items()}


def grouped() -> dict[str, dict[str, str]]:
    """Return the line of each learner by its name, in the groups that `list` and `--help` show."""
    groups: dict[str, dict[str, str]] = {group: {} for group in GROUPS.values()}
    for name, entry in LEARNERS.items():
        groups[entry.group][name] = entry.line
    return {group: lines for group, lines in groups.items() if lines}


def find_learner(name: str) -> type[Any]:
    """Return the learner class of a registered name, or of "module:Class" for one's own.

    Raises:
        ValueError: If there is no such learner; suggests similar names.
    """
    if name in LEARNERS:
        return import_place(LEARNERS[name].place)  # type: ignore[no-any-return]
    if ":" in name:
        own: type[Any] = import_own(name)
        for promise, kind in (("learn", Learns), ("predict", Predicts)):
            if not isinstance(own, kind):
                raise ValueError(f"{name} is no learner: it has no {promise}(...).")
        return own
    raise ValueError(unknown("learner", name, LEARNERS))


def import_own(place: str) -> Any:
    """Import "module:name" of one's own, which may lie in the current folder.

    Only here is that folder searched, and last: a file in it must not stand in for another module.

    Raises:
        ValueError: As `import_place`.
    """
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    return import_place(place)


def import_place(place: str) -> Any:
    """Import "module:name".

    Raises:
        ValueError: If there is no such module, or no such name in it.
    """
    module_name, _, name = place.partition(":")
    module_name = module_name.removesuffix(".py")
    if not module_name or not name or ":" in name or module_name.startswith("."):
        raise ValueError(f"{place!r} names nothing: expected my_module:Name.")
    try:
        module = importlib.import_module(module_name)
    except SyntaxError as error:
        raise ValueError(f"{error.filename}, line {error.lineno}: {error.msg}.") from error
    except ModuleNotFoundError as error:
        raise ValueError(f"Cannot import {place!r}: there is no module {error.name!r}.") from error
    found = member(module, name)
    if found is None:
        near = difflib.get_close_matches(name, dir(module), 1)
        hint = f" Did you mean {module_name}:{near[0]}?" if near else ""
        raise ValueError(f"Module {module_name!r} has no {name!r}.{hint}")
    return found


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a sentence about a name that is not known, with the nearest ones that are."""
    names = sorted(known)
    lowered = {full.rsplit("/", 1)[-1].lower(): full for full in names}
    lowered |= {full.lower(): full for full in names}  # who has a name in full is meant first
    near = difflib.get_close_matches(name.lower(), lowered, 3, cutoff=0.75)
    near = near or difflib.get_close_matches(name.lower(), lowered, 3, cutoff=0.5)
    if not near:
        return f"There is no {kind} {name!r}; `spielfeld list` shows all."
    guesses = " or ".join(dict.fromkeys(lowered[match] for match in near))
    return f"There is no {kind} {name!r}. Did you mean {guesses}?"
