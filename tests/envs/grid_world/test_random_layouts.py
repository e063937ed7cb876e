"""Whatever stands in a layout file: a valid model or a clear `LayoutError`, never anything else."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout import DIRECTIONS
from spielfeld.envs.grid_world.layout_error import LayoutError
from spielfeld.envs.grid_world.layout_file import WORLDS, read_layout, shipped_worlds

QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
SIGNS = "#.SGPabT"
SHIPPED = {name: (WORLDS / f"{name}.toml").read_text("utf-8") for name in shipped_worlds()}
PIECES = st.builds(
    lambda text, at: text[at % len(text) : at % len(text) + 9],
    st.sampled_from(sorted(SHIPPED.values())),
    st.integers(0, 2000),
)


def check(text: str) -> bool:
    """Read a layout and build its model; return whether that succeeded."""
    try:
        layout = read_layout(text, "random.toml")
        model, states = grid_model(layout)
    except LayoutError as error:
        assert re.match(r"random\.toml:\d+:\d+: .+[.?]$", str(error)), str(error)
        return False
    assert model.states == len(states.cells) == len(states.keys)
    assert (states.state_at(*states.cells.T, states.keys) == np.arange(model.states)).all()
    return True


def toml(value: object) -> str:
    """Write a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


numbers = st.sampled_from([-1, 0.25, 0, 1, 2.5, 0.1])
odd = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.sampled_from(["x", "1/3", [], [1, [2]], {}])
)
slips = st.one_of(
    st.sampled_from([0.2, "2/3", 0, 1, {"forward": 0.5, "back": 0.5}, {"left": "1/3"}]), odd
)
rules = st.fixed_dictionaries(
    {},
    optional={
        "moves": st.sampled_from(["four", "king", "kings"]),
        "stay": st.booleans(),
        "slip": slips,
        "wind": st.lists(st.integers(-1, 9), min_size=3, max_size=5),
        "step_reward": numbers,
        "bump_reward": st.one_of(numbers, odd),
        "start_anywhere": st.booleans(),
        "continuing": st.booleans(),
        "discount": numbers,
        "max_episode_steps": st.sampled_from([1, 0, 100]),
        "open_border": st.booleans(),
        "wnid": st.just(1),
    },
)
sensible_rules = st.fixed_dictionaries(
    {"continuing": st.just(True), "start_anywhere": st.just(True), "open_border": st.just(True)},
    optional={
        "moves": st.sampled_from(["four", "king"]),
        "stay": st.booleans(),
        "slip": st.sampled_from([0.2, "2/3", {"forward": 0.5, "back": 0.25, "stay": "1/4"}]),
        "bump_reward": numbers,
        "step_reward": numbers,
    },
)
signs = st.sampled_from(SIGNS)
tiles = st.fixed_dictionaries(
    {},
    optional={
        "wall": st.booleans(),
        "start": st.booleans(),
        "end": st.booleans(),
        "reward": st.one_of(numbers, odd),
        "to": signs,
        "exit_to": signs,
        "exit_reward": numbers,
        "exits": st.lists(st.sampled_from(list(DIRECTIONS)), max_size=3),
        "key": st.sampled_from(["red", "blue", ""]),
        "door": st.sampled_from(["red", "blue"]),
        "colour": st.sampled_from(["#112233", "red"]),
    },
)
sensible_tiles = st.sampled_from(
    [
        {"reward": -2, "exits": ["up", "left"]},
        {"to": "."},
        {"exit_to": ".", "exit_reward": 3},
        {"key": "red"},
        {"key": "red", "start": True},
        {"wall": True},
    ]
)


@st.composite
def layouts(draw: st.DrawFn, rules: st.SearchStrategy, tiles: st.SearchStrategy) -> str:
    columns = draw(st.integers(1, 6))
    width = st.just(columns) if draw(st.integers(0, 9)) else st.integers(0, 6)
    line = width.flatmap(lambda size: st.text(SIGNS, min_size=size, max_size=size))
    rows = draw(st.lists(line, min_size=1, max_size=6))
    legend = draw(st.dictionaries(st.sampled_from("abTSG"), tiles, max_size=4))
    legend = {"a": {}, "b": {}, "T": {}, **legend}
    head = "map = '''\n" + "\n".join(rows) + "\n'''\n[rules]\n"
    body = "".join(f"{key} = {toml(value)}\n" for key, value in draw(rules).items())
    return head + body + "[legend]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in legend.items())


@settings(QUIET, max_examples=300)
@given(layouts(rules, tiles))
def test_random_layout_is_a_model_or_a_clear_error(text: str) -> None:
    check(text)


def test_sensible_random_layouts_are_mostly_models() -> None:
    made: list[bool] = []

    @settings(QUIET, max_examples=200)
    @given(layouts(sensible_rules, sensible_tiles))
    def collect(text: str) -> None:
        made.append(check(text))

    collect()
    assert sum(made) > len(made) / 3


@settings(QUIET, max_examples=400)
@given(st.data())
def test_damaged_layout_is_a_model_or_a_clear_error(data: st.DataObject) -> None:
    text = SHIPPED[data.draw(st.sampled_from(sorted(SHIPPED)))]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 12, len(text))))
        piece = st.one_of(
            st.text("#.SGP[]{}=\"'\\\n\t ,01-eE~é", max_size=4),
            st.text(max_size=3),
            PIECES,
        )
        text = text[:start] + data.draw(piece) + text[end:]
    check(text)


@settings(QUIET, max_examples=100)
@given(st.text())
def test_any_text_is_refused_clearly(text: str) -> None:
    assert not check(text)
