"""The losses of A2C and PPO against finite differences, autograd, and one another."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spielfeld.agents.continuous import Gaussian
from spielfeld.agents.policy_gradient.a2c import ActorCriticLoss
from spielfeld.agents.policy_gradient.parts import ActionTargets, Categorical
from spielfeld.agents.policy_gradient.ppo import ClippedLoss, normalised
from spielfeld.learning import CrossEntropy

ROWS, OUTPUTS = 16, 4
LEGAL = np.random.default_rng(9).random((ROWS, OUTPUTS)) < 0.7
LEGAL[np.arange(ROWS), np.arange(ROWS) % OUTPUTS] = True
CLIP = 0.2
RATIOS = np.array([0.5, 0.7, 0.9, 1.1, 1.3, 2.0])  # on both sides of both kinks, and none on one


POLICIES = {
    "categorical": (Categorical, None),
    "masked": (Categorical, LEGAL),
    "gaussian": (Gaussian, None),
}
LOSSES = {
    "a2c": lambda kind: ActorCriticLoss(kind, 0.7, 0.3),
    "a2c without entropy": lambda kind: ActorCriticLoss(kind, 0.5, 0.0),
    "ppo": lambda kind: ClippedLoss(kind, 0.7, 0.3, CLIP),
}
EVERY = pytest.mark.parametrize(
    ("loss", "policy", "legal"),
    [
        pytest.param(make(policy), policy, legal, id=f"{loss}, {kind}")
        for loss, make in LOSSES.items()
        for kind, (policy, legal) in POLICIES.items()
    ],
)


def example(policy: Any, legal: np.ndarray | None) -> tuple[np.ndarray, ActionTargets, np.ndarray]:
    """Predictions, targets and weights."""
    generator = np.random.default_rng(1)
    prediction = generator.normal(size=(ROWS, OUTPUTS + 1))
    distribution = policy(prediction[:, :-1], legal)
    action = distribution.draw(generator)
    ratio = np.resize(RATIOS, ROWS)
    advantage = generator.normal(size=ROWS) * np.repeat([1, -1], ROWS // 2)
    old = distribution.log_probability(action) - np.log(ratio)
    target = ActionTargets(action, legal, old, advantage, generator.normal(size=ROWS))
    return prediction, target, generator.uniform(0.5, 2, ROWS)


@EVERY
def test_finite_differences_confirm_the_derivative(loss: Any, policy: Any, legal: Any) -> None:
    prediction, target, weights = example(policy, legal)
    slope = loss.derivative(prediction, target, weights)
    for place in np.ndindex(prediction.shape):
        step = np.zeros_like(prediction)
        step[place] = 1e-6
        above = loss.value(prediction + step, target, weights)
        below = loss.value(prediction - step, target, weights)
        assert slope[place] == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-8)


@EVERY
def test_autograd_confirms_value_and_derivative(loss: Any, policy: Any, legal: Any) -> None:
    torch = pytest.importorskip("torch")
    prediction, target, weights = example(policy, legal)
    outputs = torch.tensor(prediction, requires_grad=True)
    value = in_torch(torch, loss, outputs, target, torch.tensor(weights))
    value.backward()
    assert loss.value(prediction, target, weights) == pytest.approx(value.item(), rel=1e-12)
    slope = loss.derivative(prediction, target, weights)
    assert slope == pytest.approx(outputs.grad.numpy(), rel=1e-10, abs=1e-12)


def in_torch(torch: Any, loss: Any, outputs: Any, target: ActionTargets, weights: Any) -> Any:
    """The same loss from the papers, on PyTorch's own distributions."""
    distributions = torch.distributions
    if loss.kind is Gaussian:
        mean, log_deviation = outputs[:, :-1].chunk(2, dim=1)
        each = distributions.Normal(mean, log_deviation.exp())
        policy = distributions.Independent(each, 1)
    else:
        logits = outputs[:, :-1]
        if target.legal is not None:
            logits = logits.masked_fill(~torch.tensor(target.legal), -1e9)
        policy = distributions.Categorical(logits=logits)
    log_probability = policy.log_prob(torch.tensor(target.action))
    advantage, returns = torch.tensor(target.advantage), torch.tensor(target.returns)
    gain = log_probability * advantage
    if isinstance(loss, ClippedLoss):
        ratio = (log_probability - torch.tensor(target.log_probability)).exp()
        near = ratio.clamp(1 - loss.clip, 1 + loss.clip)
        gain = torch.minimum(ratio * advantage, near * advantage)
    error = torch.nn.functional.mse_loss(outputs[:, -1], returns, reduction="none")
    rows = -gain + loss.value_weight / 2 * error - loss.entropy_weight * policy.entropy()
    return (weights * rows).mean()


@EVERY
def test_a_small_step_lowers_the_loss(loss: Any, policy: Any, legal: Any) -> None:
    prediction, target, weights = example(policy, legal)
    step = 1e-3 * loss.derivative(prediction, target, weights)
    assert loss.value(prediction - step, target, weights) < loss.value(prediction, target, weights)


@EVERY
def test_what_is_illegal_has_no_slope(loss: Any, policy: Any, legal: Any) -> None:
    prediction, target, _ = example(policy, legal)
    slope = loss.derivative(prediction, target)
    if legal is None:
        assert (slope != 0).any(axis=0).all()
    else:
        assert (slope[:, :-1][~legal] == 0).all()


def test_ppo_at_ratio_1_is_a2c_is_cross_entropy_weighted_by_the_advantage() -> None:
    prediction, target, weights = example(Categorical, None)
    now = Categorical(prediction[:, :-1]).log_probability(target.action)
    target = target._replace(log_probability=now)
    ppo = ClippedLoss(Categorical, 0.5, 0.01, CLIP).derivative(prediction, target, weights)
    a2c = ActorCriticLoss(Categorical, 0.5, 0.01).derivative(prediction, target, weights)
    assert np.array_equal(ppo, a2c)
    alone = ActorCriticLoss(Categorical, 0.0, 0.0).derivative(prediction, target, weights)
    reinforce = CrossEntropy().derivative(
        prediction[:, :-1], target.action, weights * target.advantage
    )
    assert alone[:, :-1] == pytest.approx(reinforce, rel=1e-14, abs=1e-16)
    assert (alone[:, -1] == 0).all()


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss", "slope"),
    [
        (1.1, 2.0, -2.2, -2.2),
        (1.5, 2.0, -2.4, 0.0),  # far enough: 1.2 * 2
        (0.5, 2.0, -1.0, -1.0),  # the wrong way, so that it counts in full
        (0.9, -2.0, 1.8, 1.8),
        (0.5, -2.0, 1.6, 0.0),  # far enough: 0.8 * 2
        (1.5, -2.0, 3.0, 3.0),  # the wrong way
        (1.5, 0.0, 0.0, 0.0),
    ],
)
def test_clipping_by_hand(ratio: float, advantage: float, loss: float, slope: float) -> None:
    policy = Categorical(np.log([[0.5, 0.5]]))
    old = np.log([0.5 / ratio])
    target = ActionTargets(np.array([0]), None, old, np.array([advantage]), np.zeros(1))
    clipped = ClippedLoss(Categorical, 0.5, 0.0, CLIP)
    assert clipped.policy_loss(policy, target) == pytest.approx([loss])
    assert clipped.policy_slope(policy, target) == pytest.approx([slope])


def test_measures_by_hand() -> None:
    prediction = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 5.0]])  # fair coins, then values
    target = ActionTargets(
        np.array([0, 1]), None, np.log([0.25, 0.5]), np.array([1.0, 4.0]), np.array([2.0, 4.0])
    )
    loss: Callable[[np.ndarray, ActionTargets], dict[str, float]] = ClippedLoss(
        Categorical, 0.5, 0.0, CLIP
    ).measure
    found = loss(prediction, target)
    # ratios 2 and 1; errors 1 and -1, whose variance is that of the returns
    assert found == pytest.approx({
        "policy_loss": -(1.2 * 1 + 1 * 4) / 2,
        "value_loss": (1 + 1) / 2 / 2,
        "entropy": np.log(2),
        "explained_variance": 0.0,
        "approximate_kl": (2 - 1 - np.log(2) + 0) / 2,
        "clip_share": 0.5,
    })  # fmt: skip
    level = target._replace(returns=np.array([3.0, 3.0]))
    assert np.isnan(loss(prediction, level)["explained_variance"])


def test_normalised_advantages_have_mean_0_and_deviation_1() -> None:
    advantage = np.random.default_rng(0).normal(3, 5, 1_000).astype(np.float32)
    found = normalised(advantage)
    assert found.dtype == np.float32
    assert found.mean() == pytest.approx(0, abs=1e-6) and found.std() == pytest.approx(1)
    assert np.corrcoef(found, advantage)[0, 1] == pytest.approx(1)


@pytest.mark.parametrize("rows", [1, 3, 7, 1_000])
def test_equal_advantages_become_0_however_they_round(rows: int) -> None:
    for advantage in np.float32([0.1, 1 / 3, 3.3, -1e3, 1e-6]):
        assert (normalised(np.full(rows, advantage, np.float32)) == 0).all()
    assert normalised(np.array([3.0], np.float32)).tolist() == [0]
