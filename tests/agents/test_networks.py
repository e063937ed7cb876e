import numpy as np
import pytest

from spielfeld.agents.deep_loop import NetworkConfig, make_adam, make_network


def network(kind: str = "numpy", scale: float = 1.0, **settings):
    config = NetworkConfig(network=kind, hidden=(16, 8), **settings)
    return make_network(config, 5, 3, np.random.default_rng(0), scale)


@pytest.mark.parametrize("kind", ["numpy", "torch", "linear"])
def test_networks_are_of_the_size_and_dtype_asked_for(kind: str) -> None:
    if kind == "torch":
        pytest.importorskip("torch")
    prediction = network(kind)(np.ones((4, 5), np.float32))
    assert prediction.shape == (4, 3) and prediction.dtype == np.float32


def test_linear_has_no_hidden_layer() -> None:
    assert list(network("linear").parameters) == ["weights0", "bias0"]


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_torch_begins_as_numpy_does(activation: str) -> None:
    pytest.importorskip("torch")
    inputs = np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32)
    ours, theirs = (network(kind, activation=activation)(inputs) for kind in ("numpy", "torch"))
    assert theirs == pytest.approx(ours, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kind", ["numpy", "linear"])
def test_weights_begin_as_rotations_of_the_scale_asked_for(kind: str) -> None:
    *hidden, last = (
        array for name, array in network(kind, 0.01).parameters.items() if "weights" in name
    )
    for weights, scale in [*((each, np.sqrt(2)) for each in hidden), (last, 0.01)]:
        turned = weights.T @ weights / scale**2  # none has more outputs than inputs, but the first
        if weights.shape[0] < weights.shape[1]:
            turned = weights @ weights.T / scale**2
        assert turned == pytest.approx(np.eye(len(turned)), abs=1e-5)


def test_adam_is_that_of_the_settings() -> None:
    optimizer = make_adam(NetworkConfig(learning_rate=0.02, gradient_clip=0.7))
    assert (optimizer.learning_rate, optimizer.limit) == (0.02, 0.7)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"network": "jax"}, "There is no network 'jax': choose one of numpy, torch, linear."),
        ({"activation": "gelu"}, "There is no activation 'gelu': choose one of relu, tanh, "
         "sigmoid."),
        ({"schedule": "fast"}, "There is no schedule 'fast': choose one of constant, linear, "
         "cosine, step."),
        ({"discount": 1.5}, "discount must be from 0 to 1, not 1.5."),
        ({"discount": -0.1}, "discount must be from 0 to 1, not -0.1."),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, not 0.0."),
        ({"learning_rate": float("inf")}, "learning_rate must be above 0 and finite, not inf."),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0, not nan."),
        ({"gradient_clip": -1.0}, "gradient_clip must be 0 or more, not -1.0."),
        ({"num_envs": 0}, "num_envs must be 1 or more, not 0."),
        ({"schedule_samples": 0}, "schedule_samples must be 1 or more, not 0."),
        ({"hidden": (64, 0)}, "hidden must be 1 or more, not 0."),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused_in_a_sentence(settings: dict, message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        NetworkConfig(**settings)
    assert str(refusal.value) == message


def test_limits_themselves_are_allowed() -> None:
    NetworkConfig(discount=0.0, gradient_clip=0.0, num_envs=1, hidden=())
    NetworkConfig(discount=1.0)
