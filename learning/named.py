"""Dicts within flat dicts: what belongs together shares the beginning of its names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


def prefixed(prefix: str, items: Mapping[str, Value]) -> dict[str, Value]:
    """Put `prefix` and a dot before every name.

    >>> prefixed("encoder", {"bias": 1})
    {'encoder.bias': 1}
    """
    return {f"{prefix}.{name}": value for name, value in items.items()}


def section(items: Mapping[str, Value], prefix: str) -> dict[str, Value]:
    """Return what `prefixed` put in, under its own names.

    >>> section({"encoder.bias": 1, "decoder.bias": 2}, "decoder")
    {'bias': 2}
    """
    start = f"{prefix}."
    return {name.removeprefix(start): v for name, v in items.items() if name.startswith(start)}
