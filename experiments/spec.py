"""What a run is a function of."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spielfeld.compiled import source_hash
from spielfeld.experiments.own_code import (
    fingerprints,
    learner_module,
    modules,
    require_own,
    source_module,
)

KINDS: dict[str, tuple[type, str]] = {  # a file may say anything
    **dict.fromkeys(("learner", "source", "code"), (str, "a word")),
    **dict.fromkeys(("samples", "seed"), (int, "a whole number")),
    **dict.fromkeys(("config", "source_options"), (dict, "a table of names and values")),
}
CODE = "[0-9a-f]{16}(-[0-9a-f]{16})*"  # ours, and that of each file of one's own


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
        own: Modules that a file may name in which the run is saved, or an opponent's; no part of
            what the run is a function of.

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
    own: Sequence[str] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, (kind, words) in KINDS.items():
            if not isinstance(getattr(self, name), kind):
                raise ValueError(f"{name} must be {words}, not {getattr(self, name)!r}")
        if self.samples < 1:
            raise ValueError(f"samples must be 1 or more, not {self.samples}.")
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, not {self.seed}.")
        object.__setattr__(self, "own", modules(self.own))
        if not self.code:
            parts = [source_hash("learning", "envs", "agents"), *self.files().values()]
            object.__setattr__(self, "code", "-".join(part for part in parts if part))

    def files(self) -> dict[str, str]:
        """Return a hash, as it is now, of each file of one's own that the run depends on."""
        return fingerprints(self.learner, self.source, self.source_options)

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules that may be imported for the run: its own, and those that its maker named."""
        named = (*self.own, learner_module(self.learner), source_module(self.source))
        return tuple(dict.fromkeys(module for module in named if module))

    def to_json(self) -> str:
        """Return the spec as text; equal specs give equal text."""
        content = dataclasses.asdict(self)
        del content["own"]
        return json.dumps(content, indent=2, sort_keys=True) + "\n"

    @classmethod
    def load(cls, path: Path, own: str | Sequence[str] = ()) -> RunSpec:
        """Read `spec.json`, which may be a stranger's.

        Args:
            path: Of the file.
            own: The modules that it may name, one or several; see `Run.load`.

        Raises:
            ValueError: If the file is missing, is not a spec, or names another module; names the
                file.
        """
        spec = cls._read(path, modules(own))
        require_own(spec, path)
        return spec

    @classmethod
    def _read(cls, path: Path, own: Sequence[str]) -> RunSpec:
        try:
            content = json.loads(path.read_text())
            if not re.fullmatch(CODE, str(content.get("code"))):
                raise ValueError(f"code must be the hash of what ran, not {content.get('code')!r}")
            return cls(**content, own=own)
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
