"""The way to scikit-learn, which is an extra."""

from __future__ import annotations

import importlib
from typing import Any


def scikit_learn(module: str, what: str) -> Any:
    """Import `sklearn.<module>` on first use.

    Args:
        module: Its name within the library, such as "datasets".
        what: Who needs it, at the beginning of a sentence.

    Raises:
        ImportError: If scikit-learn is not installed; says how to install it.
    """
    try:
        return importlib.import_module(f"sklearn.{module}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{what} comes with scikit-learn, which is not installed: "
            "`pip install scikit-learn` and try again."
        ) from error
