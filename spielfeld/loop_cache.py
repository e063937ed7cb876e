"""Cache of compiled loops on disk: each entry is named by a hash of the code in the loop.

Numba's own cache observes only the file of the loop. After an edit in another file it would still
use the old rule. After the edit of a comment it would compile again. Here the hash covers the
bytecode, constants and options of the loop and of every function that it calls. So an edit leads to
another entry only if it changes the machine code.

Each entry has a checksum file, its seal. If a file is empty, cut or changed, it does not agree with
its seal. The loop is then compiled as if there were no entry, and a new entry is written.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from spielfeld.files import write_atomically

MOST_KEPT = 500  # entries; a loop has one entry for each combination of argument types
MAKES_ARRAYS = "makes arrays"  # a seal without files: compiling with `allocates=False` fails


class MakesArraysError(Exception):
    """A loop cannot be compiled with `allocates=False`; an earlier process wrote this down."""


class Codegen(Protocol):
    """A code generator of Numba."""

    def magic_tuple(self) -> tuple[object, ...]:
        """Return the processor and its features, on which machine code depends."""
        ...


class Target(Protocol):
    """A target context of Numba."""

    def refresh(self) -> None:
        """Load everything that is needed to link machine code."""
        ...

    def codegen(self) -> Codegen:
        """Return the code generator."""
        ...


class Library(Protocol):
    """The machine code of a loop."""

    @property
    def has_dynamic_globals(self) -> bool:
        """Whether the code contains addresses of this process."""
        ...


class Compiled(Protocol):
    """The result of Numba's compiler."""

    library: Library
    codegen: Codegen
    lifted: Sequence[object]

    def _reduce(self) -> object:
        """Return the result in a form that can be saved."""
        ...


class IndexedFile(Protocol):
    """A file of Numba's cache, written atomically."""

    def load(self, key: str) -> Sequence[object] | None:
        """Return the data that was saved under a key; None if there is none."""
        ...

    def save(self, key: str, data: object) -> None:
        """Save data under a key."""
        ...


class Compiling:
    """A clock for the seconds that this process spends on compiling and loading loops.

    Attributes:
        seconds: The seconds so far.
        say: A function that gets one line before a loop is compiled; None for no output.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.say: Callable[[str], None] | None = None
        self.place: Path | None = None  # entry of the loop that is being compiled
        self._began: float | None = None

    def start(self) -> None:
        """Start the clock, unless it already runs."""
        if self._began is None:
            self._began = time.perf_counter()

    def stop(self) -> None:
        """Stop the clock, and add the seconds since its start."""
        if self._began is not None:
            self.seconds += time.perf_counter() - self._began
        self._began, self.place = None, None

    def makes_arrays(self) -> None:
        """Write down that the loop that is being compiled makes arrays."""
        if self.place is not None:
            with suppress(OSError):
                write_atomically(_seal(self.place), MAKES_ARRAYS)


COMPILING = Compiling()


class LoopCache:
    """The cache of one compiled loop, in place of Numba's own cache.

    Numba calls `load_overload` before it compiles for new argument types, and `save_overload`
    afterwards. So this class also measures the seconds of compiling.

    Args:
        name: Name of the loop, for the names of files.
        key: A digest of the loop and of all that it calls; None for no cache.
        line: The line for `COMPILING.say` before compiling.
    """

    def __init__(self, name: str, key: str | None, line: str) -> None:
        self._name = "".join(sign if sign.isalnum() else "_" for sign in name)[:60]
        self._key, self._line = key, line

    def load_overload(self, signature: object, target: Target) -> object | None:
        """Return a loop from the cache; None if there is no entry or it is damaged.

        Raises:
            MakesArraysError: If the loop cannot be compiled with these options.
        """
        COMPILING.start()
        target.refresh()
        COMPILING.place = self._place(signature, target.codegen())
        found = None if COMPILING.place is None else self._load(COMPILING.place, target)
        if found is not None:
            COMPILING.stop()
        elif COMPILING.say is not None:
            COMPILING.say(self._line)
        return found

    def save_overload(self, signature: object, compiled: Compiled) -> None:
        """Save a compiled loop if a folder is writable and the loop can be saved."""
        COMPILING.stop()
        fixed = not (compiled.library.has_dynamic_globals or compiled.lifted)
        place = self._place(signature, compiled.codegen) if fixed else None
        if place is None:
            return
        with suppress(Exception):  # a full disk, or a type that cannot be written to a file
            _entry(place).save(self._name, compiled._reduce())
            write_atomically(_seal(place), _digest_of_files(place))
            _forget_oldest(place)

    def _load(self, place: Path, target: Target) -> object | None:
        from numba.core.compiler import CompileResult

        rebuild: Callable[..., object] = CompileResult._rebuild
        with suppress(OSError, UnicodeDecodeError):
            if _seal(place).read_text() == MAKES_ARRAYS:
                raise MakesArraysError
        with suppress(Exception):  # any fault of a damaged file; compiling replaces the file
            if _seal(place).read_text() == _digest_of_files(place):
                payload = _entry(place).load(self._name)
                return None if payload is None else rebuild(target, *payload)
        for path in (_seal(place), *_files(place)):
            with suppress(OSError):
                path.unlink()
        return None

    def _place(self, signature: object, codegen: Codegen) -> Path | None:
        """Return the path of an entry without its ending; None for no cache."""
        folder = _folder()
        if self._key is None or folder is None:
            return None
        described = repr((self._key, str(signature), codegen.magic_tuple()))
        return folder / f"{self._name}-{hashlib.sha256(described.encode()).hexdigest()[:32]}"


def versions() -> str:
    """Return the versions on which machine code depends."""
    import numba

    return repr((sys.version_info[:3], numba.__version__, np.__version__))


def _entry(place: Path) -> IndexedFile:
    from numba.core.caching import IndexDataCacheFile

    make: Callable[..., IndexedFile] = IndexDataCacheFile
    return make(str(place.parent), place.name, "")


def _seal(place: Path) -> Path:
    return place.with_name(f"{place.name}.seal")


def _files(place: Path) -> list[Path]:
    return [place.with_name(f"{place.name}{ending}") for ending in (".nbi", ".1.nbc")]


def _digest_of_files(place: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in _files(place))).hexdigest()


def _forget_oldest(place: Path) -> None:
    """Remove the oldest entries; the clock may have gone back, so their times are corrected."""
    ages = {seal: seal.stat().st_mtime for seal in place.parent.glob("*.seal")}
    newest = max(ages.values())
    os.utime(_seal(place), times=(max(time.time(), newest),) * 2)
    others = sorted((seal for seal in ages if seal != _seal(place)), key=lambda seal: ages[seal])
    for seal in others[: max(0, len(ages) - MOST_KEPT)]:
        for path in (*_files(seal.with_suffix("")), seal):
            path.unlink(missing_ok=True)


@functools.cache
def _folder() -> Path | None:
    """Return the folder of compiled loops; None if no folder is writable."""
    import platformdirs

    base = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("spielfeld")
    folder = Path(base) / "loops"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder
