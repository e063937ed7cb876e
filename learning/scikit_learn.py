"""Import of scikit-learn, an optional extra, on first use."""

from __future__ import annotations

import pkgutil
from typing import Any


def scikit_learn(place: str, what: str) -> Any:
    """Import an object of scikit-learn on first use.

    Args:
        place: Its module and name in the library, such as "datasets:load_iris".
        what: The part that needs it, as the beginning of a sentence.

    Raises:
        ImportError: If scikit-learn is not installed. The message contains the command to install
            it.
    """
    try:
        return pkgutil.resolve_name(f"sklearn.{place}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{what} comes with scikit-learn, which is not installed: "
            "`pip install scikit-learn` and try again."
        ) from error
