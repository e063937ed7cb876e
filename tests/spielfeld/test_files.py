import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from spielfeld.files import FORMAT_VERSION, write_atomically
from spielfeld.learning import ModelFileError, load_model, save_model

ARRAYS = {
    "table": np.random.default_rng(0).normal(size=(30, 4)),
    "visits": np.arange(120).reshape(30, 4),
    "flags": np.array([True, False]),
}
HEADER = {"env": "spielfeld/FrozenLake-v0", "generator": {"state": 2**127 + 1}, "note": "größer"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_model(tmp_path / "model.safetensors", ARRAYS, HEADER)
    return tmp_path / "model.safetensors"


def test_arrays_and_header_come_back_exactly(path: Path) -> None:
    arrays, header = load_model(path)
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype and np.array_equal(arrays[name], array)
    assert header == {"format_version": FORMAT_VERSION, **HEADER}


def test_any_safetensors_reader_opens_the_file(path: Path) -> None:
    assert np.array_equal(load_file(path)["table"], ARRAYS["table"])


def test_1000_random_damages_are_refused_each_with_one_sentence(path: Path) -> None:
    whole = path.read_bytes()
    generator = np.random.default_rng(1)
    for number in range(1000):
        damaged = bytearray(whole)
        place = int(generator.integers(len(whole)))
        kind = number % 5
        if kind == 0:  # one bit
            damaged[place] ^= 1 << int(generator.integers(8))
        elif kind == 1:  # cut off
            del damaged[place:]
        elif kind == 2:  # something added
            damaged[place:place] = generator.bytes(1 + number % 7)
        elif kind == 3:  # a stretch overwritten
            stretch = damaged[place : place + 20]
            damaged[place : place + 20] = bytes(byte ^ 0x55 for byte in stretch)
        else:  # something lost
            del damaged[place : place + 1 + number % 9]
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match=r"^[^\n]*model\.safetensors: [^\n]*\.$"):
            load_model(path)
    path.write_bytes(whole)
    load_model(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": np.zeros(3)}, foreign)
    with pytest.raises(ModelFileError, match="is damaged, or is not a model file"):
        load_model(foreign)
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_model(tmp_path / "nothing.safetensors")


def test_header_that_is_no_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for header in (b"[1, 2]", b'{"__metadata__": []}', b"[" * 100_000):
        path.write_bytes(struct.pack("<Q", len(header)) + header)
        with pytest.raises(ModelFileError):
            load_model(path)


def test_another_format_version_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(path, {}, {"format_version": 7})
    with pytest.raises(ModelFileError, match=f"has format version 7, expected {FORMAT_VERSION}"):
        load_model(path)


def test_sealed_nonsense_is_refused(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "model.safetensors"
    metadata = {"sha256": "0" * 64, "spielfeld": json.dumps({"format_version": FORMAT_VERSION})}
    tensors = {"a": {"dtype": "F64", "shape": [9], "data_offsets": [0, 8]}}
    text = json.dumps({"__metadata__": metadata, **tensors}).encode()
    unsealed = struct.pack("<Q", len(text)) + text + bytes(8)
    digest = hashlib.sha256(unsealed).hexdigest().encode()
    path.write_bytes(unsealed.replace(b"0" * 64, digest, 1))
    with pytest.raises(ModelFileError, match="is not a safetensors file"):
        load_model(path)


def test_failed_write_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
