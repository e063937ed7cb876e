"""Parameters of a torch model and its optimizer as flat arrays, which a model file can hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from spielfeld.arrays import Array

if TYPE_CHECKING:
    from stable_baselines3.common.policies import BasePolicy

OPTIMIZER, STEP = "optimizer", "step"  # of the numbers for each parameter; of the number of steps


def flat_parameters(policy: BasePolicy) -> dict[str, Array]:
    """Return the parameters of a policy and the state of its optimizer, by name."""
    import torch

    weights = {f"policy.{name}": tensor for name, tensor in policy.state_dict().items()}
    steps = {
        f"{OPTIMIZER}.{index}.{name}": number
        for index, slots in policy.optimizer.state_dict()["state"].items()
        for name, number in slots.items()
    }
    tensors = {name: torch.as_tensor(value) for name, value in {**weights, **steps}.items()}
    return {name: np.array(tensor.numpy(), ndmin=1) for name, tensor in tensors.items()}


def refuse_infinite(policy: BasePolicy) -> None:
    """Refuse parameters that are not finite.

    Raises:
        ValueError: If a parameter is not finite; names a solution.
    """
    if not all(bool(each.isfinite().all()) for each in policy.parameters()):
        raise ValueError("The parameters are no longer finite; choose a smaller learning_rate.")


def set_parameters(policy: BasePolicy, arrays: dict[str, Any]) -> None:
    """Put `flat_parameters` into a policy that was built in code for the same spaces and settings.

    Raises:
        ValueError: If an array is missing or unknown, or has a wrong shape, wrong type or numbers
            that are not finite. Then nothing has changed.
    """
    import torch

    weights, slots = policy.state_dict(), dict[int, dict[str, Any]]()
    for name, shape in _needed(policy, arrays).items():
        _refuse_misfit(name, arrays.get(name), shape)
    tensors = {name: torch.as_tensor(array) for name, array in arrays.items()}
    for name in tensors.keys() - {f"policy.{name}" for name in weights}:
        _, index, slot = name.split(".")
        slots.setdefault(int(index), {})[slot] = tensors[name][0] if slot == STEP else tensors[name]
    groups = policy.optimizer.state_dict()["param_groups"]  # settings from the code
    policy.load_state_dict({name: tensors[f"policy.{name}"] for name in weights})
    policy.optimizer.load_state_dict({"state": slots, "param_groups": groups})


def _needed(policy: BasePolicy, names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all weights, and those of the named numbers of the optimizer."""
    shapes = {f"policy.{name}": tuple(each.shape) for name, each in policy.state_dict().items()}
    moved = [each for group in policy.optimizer.param_groups for each in group["params"]]
    owned = {f"{OPTIMIZER}.{index}": tuple(each.shape) for index, each in enumerate(moved)}
    for name in set(names) - shapes.keys():
        owner, _, slot = name.rpartition(".")
        if owner not in owned:
            raise ValueError(f"The saved state has {name!r}, which this learner does not have.")
        shapes[name] = (1,) if slot == STEP else owned[owner]
    kept = [name.rpartition(".") for name in shapes if name.rpartition(".")[0] in owned]
    for owner in {owner for owner, _, _ in kept}:  # each has the same names
        for _, _, slot in kept:
            shapes.setdefault(f"{owner}.{slot}", (1,) if slot == STEP else owned[owner])
    return shapes


def _refuse_misfit(name: str, array: object, shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        raise ValueError(f"The saved state has no numbers {name!r}: another version wrote it.")
    if array.shape != shape:
        raise ValueError(
            f"The saved {name!r} has shape {array.shape}, but this learner needs {shape}."
        )
    if not np.isfinite(array).all():
        raise ValueError(f"The saved {name!r} contains numbers that are not finite.")
