import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from spielfeld import snapshot
from spielfeld.arrays import Array
from spielfeld.settings import Range, Share, settings
from spielfeld.snapshot import Counter, Fixed, Grows, Index, leaves, restored

DTYPES = ("float64", "float32", "int64", "int32", "uint64", "uint8", "bool")
GENERATORS = (np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64)


class Pair(NamedTuple):
    """Two parts."""

    first: Any
    second: Any


@dataclass
class Part:
    """One part that can be replaced."""

    thing: Any


@dataclass(frozen=True)
class FrozenPart:
    """One part that cannot be replaced."""

    thing: Any


class Named:
    """An object that says what of it is saved."""

    saved: ClassVar[tuple[str, ...]] = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing, self.other = thing, object()


def generators() -> st.SearchStrategy[Any]:
    return st.builds(
        lambda kind, seed: np.random.Generator(kind(seed)),
        st.sampled_from(GENERATORS),
        st.integers(0, 99),
    )


def arrays() -> st.SearchStrategy[Any]:
    shapes = st_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    return st.sampled_from(DTYPES).flatmap(lambda dtype: st_numpy.arrays(dtype, shapes))


def structures() -> st.SearchStrategy[Any]:
    numbers = st.integers(-(2**63), 2**63) | st.floats() | st.booleans()
    leaf = numbers | st.text(max_size=3) | st.none() | arrays() | generators()
    names = st.text("abc", min_size=1, max_size=2)
    return st.recursive(
        leaf,
        lambda parts: (
            st.dictionaries(names, parts, max_size=3)
            | st.lists(parts, max_size=3)
            | st.lists(parts, max_size=3).map(tuple)
            | st.builds(Pair, parts, parts)
            | st.builds(Part, parts)
            | st.builds(FrozenPart, parts)
            | st.builds(Named, parts)
        ),
        max_leaves=8,
    )


def same(first: Any, second: Any) -> bool:
    """Whether two leaves are equal, bit for bit."""
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and first.tobytes() == second.tobytes()
    return type(first) is type(second) and (first == second or first != first)


def unchanged(thing: Any, before: Mapping[str, Any]) -> bool:
    now = leaves(thing)
    return list(now) == list(before) and all(same(now[name], before[name]) for name in now)


def disturb(thing: Any) -> Any:
    """Give every leaf another value of its own kind."""
    saved = leaves(thing)
    for name, leaf in saved.items():
        if isinstance(leaf, np.ndarray):
            saved[name] = np.ones_like(leaf)
        elif isinstance(leaf, dict):
            fresh = next(kind(5) for kind in GENERATORS if kind.__name__ == leaf["bit_generator"])
            saved[name] = leaves(np.random.Generator(fresh))[""]
        elif leaf is not None:
            saved[name] = type(leaf)(1)
    return restored(thing, saved)


@given(structures())
def test_any_structure_comes_back_bit_for_bit(thing):
    saved = leaves(thing)
    assert unchanged(restored(disturb(copy.deepcopy(thing)), saved), saved)
    assert unchanged(restored(disturb(thing), saved), saved)


@given(structures())
def test_what_is_saved_is_arrays_and_json(thing):
    for leaf in leaves(thing).values():
        if not isinstance(leaf, np.ndarray):
            text = json.dumps(leaf)
            assert leaf != leaf or json.loads(text) == leaf


WILD = [None, True, 7.5, nan, -1, 10**400, "wild", [1], {}, {"state": 1}, b"x", object()]
WILD += [np.zeros(99), np.zeros((2, 2), np.complex128), np.array(None), np.array("x")]


@given(structures().map(Part), st.data())
def test_a_damaged_leaf_is_refused_by_its_name_and_nothing_has_changed(thing, data):
    saved = leaves(thing)
    if not saved:
        return
    name = data.draw(st.sampled_from(sorted(saved)))
    wild = data.draw(st.sampled_from(WILD).filter(lambda wild: not fits(wild, saved[name])))
    before = leaves(disturb(thing))
    with pytest.raises(ValueError) as refused:
        restored(thing, {**saved, name: wild})
    assert f"The saved {name!r} " in str(refused.value)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)
    assert unchanged(thing, before)


def fits(wild: Any, leaf: Any) -> bool:
    """Whether a wild value is one of the kind that is expected."""
    if isinstance(leaf, np.ndarray):
        return isinstance(wild, np.ndarray) and (wild.dtype, wild.shape) == (leaf.dtype, leaf.shape)
    if type(leaf) is float:
        return type(wild) in (int, float) and (wild != wild or abs(wild) < 10**300)
    return type(wild) is type(leaf) and wild != 10**400 and not isinstance(wild, dict)


@given(structures().map(Part))
def test_a_missing_or_a_superfluous_leaf_is_refused_by_its_name(thing):
    saved = leaves(thing)
    before = leaves(disturb(thing))
    with pytest.raises(ValueError, match=r"The saved state has 'more', which is not expected"):
        restored(thing, {**saved, "more": 1})
    for name in saved:
        fewer = {other: leaf for other, leaf in saved.items() if other != name}
        with pytest.raises(ValueError) as refused:
            restored(thing, fewer)
        assert str(refused.value) == f"The saved state has no {name!r}."
    assert unchanged(thing, before)


def test_arrays_and_generators_stay_the_same_objects():
    array, generator = np.arange(3.0), np.random.default_rng(1)
    thing = Part([Pair({"a": array}, generator)])
    restored(disturb(thing), leaves(Part([Pair({"a": np.ones(3)}, np.random.default_rng(2))])))
    assert thing.thing[0].first["a"] is array and thing.thing[0].second is generator
    assert array.tolist() == [1, 1, 1]
    assert generator.random() == np.random.default_rng(2).random()


def test_a_saved_array_is_a_copy():
    array = np.zeros(2)
    saved = leaves({"a": array})
    array += 1
    assert saved["a"].tolist() == [0, 0]
    restored({"a": array}, saved)
    array += 1
    assert saved["a"].tolist() == [0, 0]


@dataclass
class Walker:
    """Every kind of annotation."""

    state: Annotated[Array, Index("states", none=True)] = field(
        default_factory=lambda: np.array([-1, 3])
    )
    order: Annotated[Array, Index("states", unique=True)] = field(
        default_factory=lambda: np.arange(4)
    )
    path: Annotated[Array, Grows("rows"), Index("states")] = field(
        default_factory=lambda: np.zeros(0, np.int64)
    )
    tail: Annotated[Array, Grows("rows", least=1)] = field(default_factory=lambda: np.zeros(1))
    wide: Annotated[Array, Grows("rows", axis=1)] = field(default_factory=lambda: np.zeros((2, 1)))
    steps: Counter = 0
    visits: Annotated[Array, Counter] = field(default_factory=lambda: np.zeros(2, np.int64))
    seat: Annotated[int, Index(2)] = 0
    share: Share = 0.5
    mode: Literal["on", "off"] = "on"
    last: int | None = None
    parameters: dict[str, Annotated[Array, Range()]] = field(
        default_factory=lambda: {"w": np.zeros(2)}
    )
    rows: Annotated[list[float], Range(0)] = field(default_factory=lambda: [1.0, 2.0])
    pair: tuple[int, Share] = (1, 0.5)
    scale: Annotated[Array, Fixed()] = field(default_factory=lambda: np.array([1.0, nan]))
    size: Annotated[int, Fixed()] = 3

    def index_bounds(self) -> dict[str, int]:
        return {"states": 4, "rows": 5}


@pytest.mark.parametrize(
    ("name", "wild", "sentence"),
    [
        ("state", np.array([0, 4]), "The saved 'state' must be from -1 to 3, not 4."),
        ("state", np.array([-2, 0]), "The saved 'state' must be from -1 to 3, not -2."),
        ("order", np.array([0, 1, 2, -1]), "The saved 'order' must be from 0 to 3, not -1."),
        ("order", np.array([0, 1, 2, 2]), "The saved 'order' contains a number twice."),
        ("path", np.array([4]), "The saved 'path' must be from 0 to 3, not 4."),
        ("path", np.zeros(6, np.int64), "The saved 'path' has 6 rows, but at most 5 fit."),
        ("tail", np.zeros(0), "The saved 'tail' has 0 rows, but from 1 to 5 fit."),
        ("path", np.zeros((1, 1), np.int64), "The saved 'path' has shape (1, 1), but (0,) is "
         "needed here."),
        ("wide", np.zeros((2, 6)), "The saved 'wide' has 6 columns, but at most 5 fit."),
        ("wide", np.zeros((3, 5)), "The saved 'wide' has shape (3, 5), but (2, 5) is needed here."),
        ("path", np.zeros(1), "The saved 'path' holds float64, but int64 is needed."),
        ("steps", -1, f"The saved 'steps' must be at least 0 and below {2**62}, not -1."),
        ("steps", 1.0, f"The saved 'steps' must be a whole number, at least 0 and below {2**62}, "
         "not 1.0."),
        ("visits", np.array([0, -1]), "The saved 'visits' must be at least 0 and below "
         f"{2**62}, not -1."),
        ("seat", 2, "The saved 'seat' must be from 0 to 1, not 2."),
        ("share", nan, "The saved 'share' must be from 0 to 1, not nan."),
        ("mode", "up", "The saved 'mode' must be one of on, off, not 'up'."),
        ("last", 1.5, "The saved 'last' must be a whole number, or none, not 1.5."),
        ("last", 2**70, f"The saved 'last' must be a number of 64 bits, not {2**70}."),
        ("parameters.w", np.array([0, nan]), "The saved 'parameters.w' must be a finite number, "
         "not nan."),
        ("parameters.w", np.zeros(3), "The saved 'parameters.w' has shape (3,), but (2,) is needed "
         "here."),
        ("parameters.w", [0.0, 0.0], "The saved 'parameters.w' must be an array of float64, not "
         "[0.0, 0.0]."),
        ("rows.1", -1.0, "The saved 'rows.1' must be 0 or more, not -1.0."),
        ("pair.1", 2.0, "The saved 'pair.1' must be from 0 to 1, not 2.0."),
        ("scale", np.array([2.0, nan]), "The saved 'scale' differs from the one here: it belongs "
         "to another source, another version or other settings."),
        ("size", 4, "The saved 'size' differs from the one here (4 is not 3): it belongs to "
         "another source, another version or other settings."),
    ],
)  # fmt: skip
def test_a_leaf_out_of_its_range_is_refused_in_a_sentence(name, wild, sentence):
    walker = Walker()
    before = leaves(walker)
    other = {"steps": 5} if name != "steps" else {}
    with pytest.raises(ValueError) as refused:
        restored(walker, {**leaves(walker), **other, name: wild})
    assert str(refused.value) == sentence
    assert unchanged(walker, before)


def test_leaves_within_their_ranges_are_taken_over():
    walker = Walker()
    news = {"state": np.array([2, -1]), "order": np.array([3, 1, 0, 2]), "path": np.array([1, 2]),
            "wide": np.ones((2, 3)), "tail": np.ones(5),
            "steps": 2**62 - 1, "seat": 1, "share": 1.0, "mode": "off", "last": 4,
            "rows.0": 7.0, "pair.1": 0.25}  # fmt: skip
    restored(walker, {**leaves(walker), **news})
    assert unchanged(walker, {**leaves(Walker()), **news})


def test_an_array_that_only_can_be_read_must_be_equal():
    array = np.arange(3)
    array.flags.writeable = False
    restored({"a": array}, {"a": np.arange(3)})
    with pytest.raises(ValueError, match="'a' differs from the one here"):
        restored({"a": array}, {"a": np.arange(3) + 1})


def test_settings_are_checked_when_they_are_restored():
    @settings
    class Config:
        rate: Share = 0.5

    part = Part(Config())
    restored(part, {"thing.rate": 0.25})
    assert part.thing == Config(0.25)
    with pytest.raises(ValueError, match=r"'thing.rate' must be from 0 to 1, not 7"):
        restored(part, {"thing.rate": 7.0})


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("damage", ["name", "missing", "more", "text", "negative", "large", "kind"])
def test_a_damaged_generator_is_refused_and_goes_on_as_before(kind, damage):
    generator = np.random.Generator(kind(1))
    twin = copy.deepcopy(generator)
    saved = leaves(np.random.Generator(kind(2)))[""]
    inner = saved["state"]
    first = next(iter(inner))
    values = {"text": "x", "negative": -1, "large": 2**200, "kind": 1.5}
    if damage == "name":
        saved["bit_generator"] = "MT19937" if kind is np.random.PCG64 else "PCG64"
    elif damage == "missing":
        del inner[first]
    elif damage == "more":
        inner["more"] = 1
    elif isinstance(inner[first], list):
        inner[first][0] = values[damage]
    else:
        inner[first] = values[damage]
    with pytest.raises(ValueError, match=r"'g' is not the state of a generator of kind"):
        restored({"g": generator}, {"g": saved})
    assert generator.random() == twin.random()


@pytest.mark.parametrize(
    ("kind", "place", "wild"),
    [
        (np.random.MT19937, ("state", "pos"), 625),
        (np.random.MT19937, ("state", "pos"), -1),
        (np.random.Philox, ("buffer_pos",), 5),
        (np.random.PCG64, ("state", "inc"), 4),
    ],
)
def test_a_generator_that_would_read_beyond_its_numbers_is_refused(kind, place, wild):
    generator = np.random.Generator(kind(1))
    saved = leaves({"g": generator})
    restored({"g": generator}, saved)
    *outer, last = place
    inner = saved["g"][outer[0]] if outer else saved["g"]
    inner[last] = wild
    with pytest.raises(ValueError, match=r"'g' is not the state of a generator of kind"):
        restored({"g": generator}, saved)


def test_what_cannot_be_saved_is_named():
    with pytest.raises(TypeError, match=r"a.b is a object, which cannot be saved"):
        leaves({"a": {"b": object()}})
    with pytest.raises(TypeError, match="a holds object, which cannot be saved"):
        leaves({"a": np.array([None])})
    with pytest.raises(TypeError, match="a has the key 1; expected words"):
        leaves({"a": {1: 2}})
    with pytest.raises(TypeError, match=r"Two parts of a dict are named 'a.b'"):
        leaves({"a": {"b": 1}, "a.b": 2})


class Method:
    """A learner in miniature."""

    saved: ClassVar[tuple[str, ...]] = ("weights", "samples")
    weights: Annotated[Array, Range()]

    state, restore = snapshot.state, snapshot.restore

    def __init__(self, config: float = 1.0, seed: int = 0) -> None:
        self.config, self.seed, self.samples = config, seed, 0

    def prepare(self, source: int) -> None:
        if not self.state():
            self.weights = np.full(source, self.config)


def test_a_learner_restores_into_the_arrays_that_its_source_asks_for():
    learner, twin = Method(), Method()
    learner.prepare(2)
    learner.weights += 1
    learner.samples = 3
    for _ in range(2):
        twin.restore(learner.state(), 2)
        assert twin.weights.tolist() == [2, 2] and twin.samples == 3
        assert twin.weights is not learner.weights


def test_a_learner_without_a_source_has_no_state_and_restores_to_a_beginner():
    learner, beginner = Method(), Method()
    learner.prepare(2)
    learner.samples = 3
    assert beginner.state() == {}
    learner.restore(beginner.state(), 2)
    assert learner.state() == {} and learner.samples == 0


def test_a_learner_stays_as_it_is_when_it_refuses_a_state():
    learner, other = Method(), Method(5.0)
    learner.prepare(2)
    learner.samples = 3
    other.prepare(3)
    before, weights = learner.state(), learner.weights
    with pytest.raises(ValueError, match=r"'weights' has shape \(3,\), but \(2,\) is needed"):
        learner.restore(other.state(), 2)
    assert unchanged(learner, before) and learner.weights is weights


def test_a_misspelt_attribute_is_an_error():
    class Misspelt(Named):
        saved: ClassVar[tuple[str, ...]] = ("thingg",)

    with pytest.raises(AttributeError, match="thingg"):
        leaves(Misspelt(1))


@pytest.mark.parametrize("wild", [False, 0, 1j, np.int8(-1), (), [], "", None])
def test_a_state_that_holds_no_parts_by_name_is_refused(wild):
    learner = Method()
    learner.prepare(2)
    before = learner.state()
    for refuse in (learner.restore, restored):
        given = (wild, 2) if refuse == learner.restore else (learner, wild)
        with pytest.raises(ValueError, match="must be arrays and numbers by name, not"):
            refuse(*given)
    assert unchanged(learner, before)


def test_a_whole_number_that_no_float_holds_is_refused():
    part = Part(1.5)
    for wild in (10**30, 2**53 + 1):
        with pytest.raises(ValueError, match=r"'thing' must be a number of 64 bits"):
            restored(part, {"thing": wild})
    assert restored(part, {"thing": 2**53}).thing == 2.0**53
