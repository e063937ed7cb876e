"""Parameters of a torch model and its optimizer as flat arrays, which a model file can hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from learning.batch import Array

OPTIMIZER = "optimizer"


def flat_parameters(policy: Any) -> dict[str, Array]:
    """Return what a policy and its optimizer have learned, by name; nothing else of them."""
    import torch

    weights = {f"policy.{name}": tensor for name, tensor in policy.state_dict().items()}
    steps = {
        f"{OPTIMIZER}.{index}.{name}": number
        for index, slots in policy.optimizer.state_dict()["state"].items()
        for name, number in slots.items()
    }
    tensors = {name: torch.as_tensor(value) for name, value in {**weights, **steps}.items()}
    return {name: tensor.numpy().copy() for name, tensor in tensors.items()}


def set_parameters(policy: Any, arrays: dict[str, Any]) -> None:
    """Put `flat_parameters` into a policy that was built in code for the same spaces and settings.

    Raises:
        ValueError: If an array is missing, has another shape or another kind of numbers, or was not
            asked for; nothing has changed then.
    """
    import torch

    weights = policy.state_dict()
    fits = {f"policy.{name}": tensor.shape for name, tensor in weights.items()}
    slots: dict[int, dict[str, Any]] = {}
    owned = list(policy.parameters())
    for name in arrays.keys() - fits.keys():
        kind, _, rest = name.partition(".")
        index, _, slot = rest.partition(".")
        if kind != OPTIMIZER or not index.isdecimal() or int(index) >= len(owned):
            raise ValueError(
                f"The saved state has a {name!r}, which this learner knows nothing of."
            )
        fits[name] = () if slot == "step" else owned[int(index)].shape
        slots.setdefault(int(index), {})[slot] = torch.as_tensor(arrays[name])
    for name, shape in fits.items():
        _refuse_misfit(name, arrays.get(name), tuple(shape))
    policy.load_state_dict({name: torch.as_tensor(arrays[f"policy.{name}"]) for name in weights})
    groups = policy.optimizer.state_dict()["param_groups"]
    policy.optimizer.load_state_dict({"state": slots, "param_groups": groups})


def _refuse_misfit(name: str, array: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fi":
        raise ValueError(f"The saved state has no numbers {name!r}: another version wrote it.")
    if array.shape != shape:
        raise ValueError(
            f"The saved {name!r} has shape {array.shape}, but this learner needs {shape}."
        )
