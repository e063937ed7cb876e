"""Wild values against everything that takes numbers from outside, each in a process of its own.

    .venv/bin/python -m tests.wild_values --count 500 --seed 1

A trial picks a target and changes one good value of it: huge, negative, NaN, of another dtype,
shape, length or kind, off by one, a bit turned round, or left out. Then it goes on for some steps.
Allowed are two outcomes. Either the value is refused by a ValueError of one line, and nothing has
changed: state and next steps are those of a twin. Or it is accepted, and stands there as given. A
signal, another exception, a silent change and a hang are failures; each is printed with its number,
and `--only NUMBER` tries that trial alone, in this process.
"""

from __future__ import annotations

import argparse
import copy
import os
import resource
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np

from spielfeld import envs
from tests.wild_targets import TARGETS, Target

SECONDS, MEMORY = 20, 12 * 2**30  # of a trial; memory includes what the parent has mapped
HUGE = [10**12, -1, -2, 2**31, 2**62, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 10**30, 10**5000]
ODD = [np.nan, np.inf, -np.inf, 1e9, -0.5, 1.5, None, "x", "", b"x", [], {}, [1], {"a": 1}, True,
       False, (), np.int64(3), np.int8(-1), np.uint64(2**63), np.float32(2), np.array(1),
       np.array([]), object(), 1j]  # fmt: skip
KINDS = ["f4", "f8", "i1", "i4", "i8", "u1", "u8", ">i8", ">f8", "?", "O", "U3", "c16"]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the ways to all values within dicts, and to the dicts themselves."""
    found = [path]
    if isinstance(value, dict):
        for name, inside in value.items():
            found += leaves(inside, (*path, name))
    return found


def mutated(good: Any, rng: np.random.Generator) -> Any:
    """Return a copy of a value, or of a dict of values, with one of them changed."""
    new = copy.deepcopy(good)
    paths = leaves(new)
    path = paths[rng.integers(len(paths))] if rng.random() < 0.97 else ()
    if not path:
        return changed(new, rng)
    inside = new
    for name in path[:-1]:
        inside = inside[name]
    if rng.random() < 0.05:
        del inside[path[-1]]
    else:
        inside[path[-1]] = changed(inside[path[-1]], rng)
    return new


def changed(value: Any, rng: np.random.Generator) -> Any:
    """Return something else in place of a value."""
    if isinstance(value, np.ndarray) and rng.random() < 0.85:
        return changed_array(value, rng)
    if isinstance(value, int) and not isinstance(value, bool) and rng.random() < 0.4:
        near = [value + 1, value - 1, value ^ (1 << int(rng.integers(63))), -value, float(value)]
        return near[rng.integers(len(near))]
    odd = [*HUGE, *ODD]
    return odd[rng.integers(len(odd))]


def changed_array(array: Any, rng: np.random.Generator) -> Any:
    """Return an array with other elements, or of another kind or shape."""
    way = rng.integers(5)
    if way <= 1 and array.size:
        new = array.copy()
        place = tuple(int(rng.integers(n)) for n in new.shape)
        with np.errstate(all="ignore"):
            near = [new[place] * 1 + 1, new[place] * 1 - 1, *HUGE[:-2], np.nan, np.inf, -0.5]
            try:
                new[place] = near[rng.integers(len(near))]
            except (OverflowError, ValueError):
                new[place] = np.iinfo(new.dtype).max if new.dtype.kind in "iu" else 1
        return new
    if way == 2:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return array.astype(KINDS[rng.integers(len(KINDS))])
    flat = array.reshape(-1)
    shapes = [np.tile(flat, 2), flat[:-1], array[None], array.T, array[..., None], flat[:0],
              array.tolist(), np.tile(flat, 2)[::2].reshape(array.shape), array[::-1].copy(),
              np.asfortranarray(array), np.concatenate([array, array])[: len(array) + 1]
              if array.ndim else array]  # fmt: skip
    return shapes[rng.integers(len(shapes))] if way == 3 else flat.view(np.uint8)


def same(one: Any, other: Any) -> bool:
    """Return whether two states hold the same; a list is the same as its array."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    try:
        return bool(np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True))
    except (TypeError, ValueError):
        return bool(one == other)


def attempt(name: str, rng: np.random.Generator) -> str:
    """Try one wild value on a target; return the outcome: refused, accepted, or a failure."""
    target, twin = TARGETS[name](), TARGETS[name]()
    wild = mutated(target.good, rng)
    try:
        target.give(wild)
    except ValueError as error:
        return refused(str(error)) or unchanged(target, twin) or "refused"
    if (
        target.stands is not None
        and not same(target.stands(), wild)
        and not same(wild, target.good)
    ):
        return f"FAILURE: accepted, but what stands there is not what was given: {wild!r:.300}"
    try:
        target.go_on()
    except ValueError as error:
        return refused(str(error)) or "refused later"
    wrong = target.silently_changed(wild) if target.silently_changed else ""
    return f"FAILURE: {wrong}" if wrong else "accepted"


def refused(sentence: str) -> str:
    """Return what is wrong with the sentence of a refusal."""
    one_line = sentence and "\n" not in sentence.strip() and len(sentence) < 600
    return "" if one_line else f"FAILURE: no sentence: {sentence!r:.300}"


def unchanged(target: Target, twin: Target) -> str:
    """Return what a refused value has changed after all."""
    if target.state is None or twin.state is None:
        return ""
    if not same(target.state(), twin.state()):
        return "FAILURE: refused, but something has changed"
    target.go_on()
    twin.go_on()
    return (
        "" if same(target.state(), twin.state()) else "FAILURE: refused, but it goes on otherwise"
    )


def alone(name: str, rng: np.random.Generator) -> str:
    """Run a trial in a process of its own; a signal is a failure."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.setitimer(signal.ITIMER_REAL, SECONDS)  # whose signal ends the process
        os.write(writing, outcome_of(name, rng).encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        outcome = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 0 and outcome:
        return outcome
    reason = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"FAILURE: ended by {reason}"


def outcome_of(name: str, rng: np.random.Generator) -> str:
    """Run a trial here; any other exception than a ValueError is a failure."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return attempt(name, rng)
    except BaseException as error:  # whatever it is: that is the question
        import traceback

        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"FAILURE: {type(error).__name__}: {error!s:.200} ({place.filename}:{place.lineno})"


def trials(
    count: int, seed: int, names: list[str], run: Callable[..., str] = alone
) -> list[tuple[int, str, str]]:
    """Run trials; return number, target and outcome of each."""
    found, ready = [], set()
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        name = names[rng.integers(len(names))]
        if name not in ready:  # compiled here once, not in every child
            ready.add(name)
            first = TARGETS[name]()
            first.give(first.good)
            first.go_on()
        found.append((number, name, run(name, rng)))
    return found


def main() -> int:
    """Run as the head of this file says; the exit code is 1 if there was a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", default="", help="only those whose names contain this")
    parser.add_argument("--only", type=int, help="the number of one trial, to run in this process")
    given = parser.parse_args()
    assert envs and gym
    names = [name for name in TARGETS if given.targets in name]
    if given.only is not None:
        rng = np.random.default_rng([given.seed, given.only])
        name = names[rng.integers(len(names))]
        print(name, attempt(name, rng))
        return 0
    began = time.perf_counter()
    found = trials(given.count, given.seed, names)
    for number, name, outcome in found:
        if outcome.startswith("FAILURE"):
            print(f"--seed {given.seed} --only {number}: {name}: {outcome}")
    counts = Counter(outcome.partition(":")[0] for _, _, outcome in found)
    targets = len({name for _, name, _ in found})
    seconds = time.perf_counter() - began
    print(f"{given.count} values, {targets} targets, {seconds:.0f} s: {dict(counts)}")
    return int("FAILURE" in counts)


if __name__ == "__main__":
    sys.exit(main())
