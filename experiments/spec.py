"""What a run is a function of."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from envs.compiled import source_hash
from experiments.sources import fingerprint

KINDS: dict[str, tuple[type, str]] = {  # a file may say anything
    **dict.fromkeys(("learner", "source", "code"), (str, "a word")),
    **dict.fromkeys(("samples", "seed"), (int, "a whole number")),
    **dict.fromkeys(("config", "source_options"), (dict, "a table of names and values")),
}


@dataclass(frozen=True)
class RunSpec:
    """A learner, a source, a seed and a budget; equal specs give equal results.

    Args:
        learner: Name of the learner.
        source: Name of the source.
        samples: Environment steps to take, or rows to draw.
        seed: Of every random number in the run.
        config: Settings of the learner.
        source_options: Passed on to the source.
        code: Hash of the code that runs, filled in: an edited rule is another run.

    Raises:
        ValueError: If the budget is not positive, the seed is negative, or either no number.
    """

    learner: str
    source: str
    samples: int
    seed: int = 0
    config: dict[str, Any] = field(default_factory=dict)
    source_options: dict[str, Any] = field(default_factory=dict)
    code: str = ""

    def __post_init__(self) -> None:
        for name, (kind, words) in KINDS.items():
            if not isinstance(getattr(self, name), kind):
                raise ValueError(f"{name} must be {words}, not {getattr(self, name)!r}")
        if self.samples < 1:
            raise ValueError(f"samples must be 1 or more, not {self.samples}.")
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, not {self.seed}.")
        if not self.code:
            parts = [source_hash("learning", "envs", "agents")]
            parts += [fingerprint(self.learner), fingerprint(self.source)]
            object.__setattr__(self, "code", "-".join(part for part in parts if part))

    def to_json(self) -> str:
        """Return the spec as text; equal specs give equal text."""
        return json.dumps(dataclasses.asdict(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def load(cls, path: Path) -> RunSpec:
        """Read `spec.json`.

        Raises:
            ValueError: If the file is missing or is not a spec; names the file.
        """
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ValueError(f"{path.parent} is no run: it has no {path.name}.") from error
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"{path} is not the spec of a run ({error}).") from error

    @property
    def directory_name(self) -> str:
        """A readable name that no other spec has."""
        digest = hashlib.sha256(self.to_json().encode()).hexdigest()[:8]
        words = [self.learner, Path(self.source).stem, f"seed-{self.seed}", digest]
        return "_".join(re.sub(r"[^A-Za-z0-9.-]+", "-", word).strip("-") for word in words)
