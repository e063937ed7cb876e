"""Model files: named arrays and a JSON header with a checksum; they hold data and never code.

A model file is a safetensors file, so any safetensors reader opens it. Its metadata holds one JSON
header and the SHA-256 digest of the whole file. While the digest is computed, zeros are in its
place.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spielfeld.arrays import Array

FORMAT_VERSION = 3  # increase it when the names of saved arrays change
UNSEALED = "0" * 64


class ModelFileError(ValueError):
    """A model file is damaged, has another format, or does not fit; the message explains why."""


def save_model(path: str | Path, arrays: Mapping[str, Array], header: Mapping[str, Any]) -> None:
    """Write arrays and a JSON header to one file, atomically.

    Args:
        path: Path of the file. An existing file is replaced only by a complete one.
        arrays: Arrays of numbers or booleans by name.
        header: JSON values by name, such as the environment's id and the configuration.
    """
    from safetensors.numpy import save

    text = json.dumps({"format_version": FORMAT_VERSION, **header})
    metadata = {"sha256": UNSEALED, "spielfeld": text}
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    unsealed = save(whole, metadata)
    digest = hashlib.sha256(unsealed).hexdigest()
    write_atomically(path, unsealed.replace(UNSEALED.encode(), digest.encode(), 1))


def load_model(path: str | Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read a file that `save_model` wrote.

    Returns:
        The arrays by name, and the header.

    Raises:
        ModelFileError: If the file cannot be read, has a damaged byte, or has another format.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        sealed = Path(path).read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read ({error.strerror}).") from error
    header = _verified_header(path, sealed)
    found = header.get("format_version")
    if found != FORMAT_VERSION:
        raise ModelFileError(
            f"{path}: has format version {found}, expected {FORMAT_VERSION}: another version of "
            "Spielfeld wrote it, so train again."
        )
    try:
        return load(sealed), header
    except SafetensorError as error:  # the checksum is right, but another program wrote the file
        raise ModelFileError(f"{path}: is not a safetensors file ({error}).") from error


def _verified_header(path: str | Path, sealed: bytes) -> dict[str, Any]:
    """Return the header after the checksum has been verified."""
    try:
        (length,) = struct.unpack("<Q", sealed[:8])
        metadata = json.loads(sealed[8 : 8 + length])["__metadata__"]
        digest, text = str(metadata["sha256"]), str(metadata["spielfeld"])
        unsealed = sealed.replace(digest.encode(), UNSEALED.encode(), 1)
        if len(digest) == 64 and hashlib.sha256(unsealed).hexdigest() == digest:
            header: dict[str, Any] = json.loads(text)
            return header
    except (struct.error, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ModelFileError(f"{path}: is damaged, or is not a model file of Spielfeld.")


def write_atomically(path: str | Path, content: bytes | str) -> None:
    """Write a file atomically: a reader sees the old file or the complete new one."""
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def split(state: dict[str, Any]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Separate a saved state into arrays and JSON values."""
    arrays = {key: value for key, value in state.items() if isinstance(value, np.ndarray)}
    return arrays, {key: value for key, value in state.items() if key not in arrays}
