"""The way to scikit-learn, which is an extra."""

from __future__ import annotations

import pkgutil
from typing import Any


def scikit_learn(place: str, what: str) -> Any:
    """Import something of scikit-learn on first use.

    Args:
        place: Its module and name within the library, such as "datasets:load_iris".
        what: Who needs it, at the beginning of a sentence.

    Raises:
        ImportError: If scikit-learn is not installed; says how to install it.
    """
    try:
        return pkgutil.resolve_name(f"sklearn.{place}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{what} comes with scikit-learn, which is not installed: "
            "`pip install scikit-learn` and try again."
        ) from error
