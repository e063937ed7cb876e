"""Laws of every learner: repeatable, resumable, pure in `predict`, and clear about mistakes.

A subclass of `LearnerLaws` names `make`, which takes a seed and returns a new learner, and
`source`, which returns a new source to learn from. What else a subclass may set stands in
`LearnerCase`, with its default. Many learners at once are a parametrised `case`:

    @pytest.mark.parametrize("case", [LearnerCase(Mine, world), LearnerCase(Yours, world)])
    class TestOurs(LearnerLaws): ...
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.envs import access
from spielfeld.files import load_model, save_model
from spielfeld.learning.data_sets import DataSet, Split

ROWS = 20  # observations that predictions are compared on
CUTS = (0, 1, 12, 60, 137)  # samples after which a state is saved: within an episode or an epoch


@dataclass(frozen=True)
class LearnerCase:
    """A learner to examine.

    Args:
        make: Takes `seed=` and settings by name, and returns a new learner.
        source: Returns a new source.
        samples: To learn from; enough for each seed to learn something else.
        least: The smallest number of samples from which something can be learned.
        wrong: Returns a source that the learner must refuse; None to leave this out.
        other: Returns a source that the learner must refuse once it has learned from `source`.
        continues: Whether a restored learner goes on bit for bit; else it predicts the same.
        exact: Whether learning in portions is learning at once.
    """

    make: Callable[..., Any]
    source: Callable[[], Any]
    samples: int = 200
    least: int = 1
    wrong: Callable[[], Any] | None = None
    other: Callable[[], Any] | None = None
    continues: bool = True
    exact: bool = True


class RepeatableLaws:
    """Laws of seeds, portions and states, which are worth trying in many sources."""

    make: Callable[..., Any]
    source: Callable[[], Any]
    samples = 200
    least = 1
    wrong: Callable[[], Any] | None = None
    other: Callable[[], Any] | None = None
    continues = True
    exact = True

    @pytest.fixture
    def case(self) -> Any:
        """The class itself, whose attributes are those of a `LearnerCase`."""
        return self

    def test_same_seed_learns_the_same_and_another_seed_does_not(self, case: Any) -> None:
        one, again, other = (case.make(seed=seed) for seed in (3, 3, 4))
        source = case.source()
        histories = [each.learn(case.source(), case.samples) for each in (one, again, other)]
        assert_alike(one, again, source)
        assert histories[0].to_csv() == histories[1].to_csv()
        differs = histories[0].to_csv() != histories[2].to_csv()
        assert differs or not same(arrays(one, source), arrays(other, source))

    def test_learning_in_portions_is_learning_at_once(self, case: Any) -> None:
        if not case.exact:
            pytest.skip("learns in rounds of its own length")
        whole = case.make(seed=3)
        history, total = whole.learn(case.source(), case.samples), case.samples
        for portions in ((total // 2,), (case.least, 0, total // 4), (0, total // 3)):
            parts, source = case.make(seed=3), case.source()
            told = [parts.learn(source, samples) for samples in (*portions, total - sum(portions))]
            assert_alike(whole, parts, source)
            assert sum(told[1:], told[0]).to_csv() == history.to_csv()

    def test_restored_learner_goes_on_bit_for_bit(self, case: Any, tmp_path: Path) -> None:
        for cut in (cut for cut in CUTS if cut == 0 or cut >= case.least):
            learner, other = resumable(case), case.make(seed=3)
            source, twin = case.source(), case.source()
            other.learn(case.source(), 40)  # of which nothing may remain
            learner.learn(source, cut)
            stand_alike(source, twin)
            other.restore(through_a_file(learner.state(), tmp_path / "state"), twin)
            assert_alike(learner, other, source)
            first, second = (
                each.learn(where, 97) for each, where in ((learner, source), (other, twin))
            )
            if case.continues:
                assert other.samples == learner.samples > cut
                assert first.to_csv() == second.to_csv()
                assert_alike(learner, other, source)


class LearnerLaws(RepeatableLaws):
    """All laws of learners."""

    def test_samples_are_counted_and_none_teach_nothing(self, case: Any) -> None:
        learner, source = case.make(seed=3), case.source()
        assert learner.samples == 0
        assert len(learner.learn(source, 0)) == learner.samples == 0
        history = learner.learn(source, case.samples)
        assert learner.samples > 0
        if case.exact:
            assert abs(learner.samples - case.samples) <= 130  # whole batches, whole steps
        if history.columns:
            assert history["samples"][0] > 0 and history["samples"][-1] <= learner.samples

    def test_history_names_samples_first_and_counts_them_upwards(self, case: Any) -> None:
        history = case.make(seed=3).learn(case.source(), case.samples)
        acts = isinstance(case.source(), gym.Env)
        expected = ["samples", "episode_return", "episode_length"] if acts else ["samples"]
        if history.columns:
            assert list(history.columns)[: len(expected)] == expected
            assert (np.diff(history["samples"]) >= 0).all()
        if acts and len(history):
            assert (history["episode_length"] >= 1).all()

    def test_a_state_is_a_copy(self, case: Any) -> None:
        learner, source = resumable(case), case.source()
        learner.learn(source, case.samples // 2)
        state = learner.state()
        before = frozen(state)
        learner.learn(source, case.samples)
        assert frozen(state) == before

    def test_state_of_a_beginner_can_be_restored(self, case: Any) -> None:
        fresh, other, source, twin = (
            resumable(case),
            case.make(seed=3),
            case.source(),
            case.source(),
        )
        other.restore(case.make(seed=3).state(), twin)
        assert other.samples == 0
        first, second = fresh.learn(source, case.samples), other.learn(twin, case.samples)
        assert first.to_csv() == second.to_csv()
        assert_alike(fresh, other, source)

    def test_state_of_a_beginner_makes_a_beginner_of_a_learner(self, case: Any) -> None:
        learner, fresh, source, twin = (
            resumable(case), case.make(seed=3), case.source(), case.source(),
        )  # fmt: skip
        if fresh.state():
            pytest.skip("a beginner has arrays already")
        learner.learn(source, case.samples)
        learner.restore({}, source := case.source())
        assert learner.samples == 0 and learner.state() == {}
        first, second = learner.learn(source, case.samples), fresh.learn(twin, case.samples)
        assert first.to_csv() == second.to_csv()
        assert_alike(learner, fresh, source)

    def test_predict_changes_nothing_and_gives_a_new_array(self, case: Any) -> None:
        learner, source = case.make(seed=3), case.source()
        learner.learn(source, case.samples)
        inputs = inputs_of(source)
        seen, before = np.copy(inputs), frozen(state_of(learner))
        first = learner.predict(inputs)
        kept = first.copy()
        first[...] = 0
        assert np.array_equal(learner.predict(inputs), kept, equal_nan=True)
        assert np.array_equal(inputs, seen)
        assert frozen(state_of(learner)) == before

    def test_a_wrong_source_is_refused_in_a_sentence(self, case: Any) -> None:
        if case.wrong is None:
            pytest.skip("no source is wrong")
        with pytest.raises(ValueError) as error:
            case.make(seed=3).learn(case.wrong(), case.samples)
        assert_sentence(error.value)

    def test_another_source_that_does_not_fit_is_refused_and_changes_nothing(
        self, case: Any
    ) -> None:
        if case.other is None:
            pytest.skip("every other source fits")
        learner, source = case.make(seed=3), case.source()
        learner.learn(source, case.samples)
        before, samples = arrays(learner, source), learner.samples
        with pytest.raises(ValueError) as error:
            learner.learn(case.other(), case.samples)
        assert_sentence(error.value)
        assert learner.samples == samples and same(arrays(learner, source), before)

    def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(self, case: Any) -> None:
        learner, fresh, source = resumable(case), case.make(seed=3), case.source()
        learner.learn(source, case.samples)
        witness, other = case.make(seed=3), case.source()
        fresh.learn(twin := case.source(), 40)
        witness.learn(other, 40)
        before = arrays(fresh, twin)
        for name, wrong in damaged(learner.state()):
            with pytest.raises(ValueError, match=re.escape(name.rsplit(".", 1)[-1])) as error:
                fresh.restore(wrong, twin)
            assert_sentence(error.value)
            assert same(arrays(fresh, twin), before), name
        assert fresh.learn(twin, 60).to_csv() == witness.learn(other, 60).to_csv()
        assert_alike(fresh, witness, twin)

    def test_settings_that_are_no_numbers_are_refused_by_name(self, case: Any) -> None:
        config = getattr(case.make(seed=3), "config", None)
        if not dataclasses.is_dataclass(config):
            pytest.skip("has no settings")
        for field in dataclasses.fields(config):
            if type(getattr(config, field.name)) in (int, float):
                with pytest.raises(ValueError, match=field.name) as error:
                    dataclasses.replace(config, **{field.name: nan})  # type: ignore[type-var]
                assert_sentence(error.value)

    def test_settings_may_be_given_by_name_and_a_misspelt_one_gets_a_guess(self, case: Any) -> None:
        learner = case.make(seed=3)
        config = getattr(learner, "config", None)
        if not dataclasses.is_dataclass(config) or not dataclasses.fields(config):
            pytest.skip("has no settings")
        given = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
        assert type(learner)(seed=3, **given).config == config
        name = max(given, key=len)
        with pytest.raises(ValueError, match=f"no setting '{name[:-1]}'. Did you mean {name}"):
            type(learner)(**{name[:-1]: given[name]})


def resumable(case: Any) -> Any:
    """Make a learner; skip a law about states if it has none."""
    learner = case.make(seed=3)
    if not hasattr(learner, "state"):
        pytest.skip("has no state")
    return learner


def state_of(learner: Any) -> dict[str, Any]:
    return dict(learner.state()) if hasattr(learner, "state") else {}


def arrays(learner: Any, source: Any) -> dict[str, Any]:
    """Return all that learning has led to: the state, and what is predicted of some inputs."""
    learned = learner.samples > 0
    return {**state_of(learner), **({"predicted": learner.predict(inputs_of(source))} if learned
                                    else {})}  # fmt: skip


def inputs_of(source: Any) -> Any:
    """Return some inputs: rows of data, or observations of an environment."""
    if isinstance(source, Split):
        return source.train.inputs
    if isinstance(source, DataSet):
        return source.inputs
    space = source.observation_space
    if isinstance(space, gym.spaces.Discrete):
        return space.start + np.arange(min(int(space.n), ROWS))
    space.seed(0)
    return np.stack([space.sample() for _ in range(ROWS)])


def assert_alike(one: Any, other: Any, source: Any) -> None:
    """Compare all that learning has led to, bit for bit."""
    first, second = arrays(one, source), arrays(other, source)
    assert first.keys() == second.keys()
    used = int(np.sum(first.get("memory.length", 0)))  # of columns with room for more
    assert [name for name in first if not same_leaf(first[name], second[name], used)] == []


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(same_leaf(one[name], other[name]) for name in one)


def same_leaf(one: Any, other: Any, used: int | None = None) -> bool:
    if not isinstance(one, np.ndarray):
        return repr(one) == repr(other)  # NaN too
    if used is not None and one.shape != other.shape:
        one, other = one[:used], other[:used]
    numbers = one.dtype.kind in "fc"
    return bool(np.array_equal(one, other, equal_nan=numbers)) and one.dtype == other.dtype


def frozen(state: Mapping[str, Any]) -> str:
    """Return a state as text, in which a later change of an array is not seen."""
    return repr(
        {name: leaf.tobytes() if isinstance(leaf, np.ndarray) else leaf
         for name, leaf in state.items() if "measured" not in name}
    )  # fmt: skip


def through_a_file(state: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return a state as it is once it was written and read."""
    saved = {name: leaf for name, leaf in state.items() if isinstance(leaf, np.ndarray)}
    values = {name: leaf for name, leaf in state.items() if name not in saved}
    save_model(path, saved, {"values": json.loads(json.dumps(values))})
    read, header = load_model(path)
    return {**read, **header["values"]}


def stand_alike(source: Any, twin: Any) -> None:
    """Put an environment where another one stands, unless nobody has begun to act in it."""
    if isinstance(source, gym.Env) and source.unwrapped._np_random is not None:
        access.restore(twin, access.state(source))


def damaged(state: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each leaf, and states in which it is missing, misshapen or no number."""
    for name, leaf in state.items():
        yield name, {other: state[other] for other in state if other != name}
        if isinstance(leaf, np.ndarray) and not name.startswith("worlds."):
            yield name, {**state, name: leaf[None]}
            if "parameters" in name or name in ("memory.table", "table.values", "coefficients"):
                yield name, {**state, name: np.full(leaf.shape, nan, leaf.dtype)}


def assert_sentence(error: Exception) -> None:
    """Hold a message to one line that ends as a sentence does."""
    text = str(error)
    assert "\n" not in text and text.endswith((".", "?")), text
