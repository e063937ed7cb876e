"""What steps of a grid world lead to, computed by hand and against Gymnasium."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.envs.grid_world.dynamics import GridStates, grid_model
from spielfeld.envs.grid_world.layout import DIRECTIONS, Layout, Slip, Tile
from spielfeld.envs.grid_world.layout_error import LayoutError
from spielfeld.envs.grid_world.layout_file import load_layout, read_layout
from spielfeld.envs.tabular import TabularModel

FLOOR = {"#": Tile("wall", wall=True), ".": Tile("floor"), "S": Tile("start", start=True)}
GOAL = {**FLOOR, "G": Tile("goal", end=True)}


class World:
    """A layout's model, asked by cells: where does a step lead, with which probability?"""

    def __init__(self, *rows: str, **options: object) -> None:
        self.layout = Layout(rows, **{"legend": GOAL, "step_reward": -1.0, **options})
        self.model, self.states = grid_model(self.layout)

    def step(self, row: int, column: int, action: str, keys: int = 0) -> dict[object, float]:
        """Return {(row, column[, keys], reward[, "end"]): probability}."""
        place = self.states.state_at(row, column, keys), self.layout.actions.index(action)
        result: dict[object, float] = {}
        for outcome in np.flatnonzero(self.model.probability[place]):
            state = self.model.next_state[place][outcome]
            held = [int(self.states.keys[state])] if self.states.key_names else []
            ends = ["end"] if self.model.terminated[place][outcome] else []
            reward = float(self.model.reward[place][outcome])
            key = (*self.states.cells[state].tolist(), *held, reward, *ends)
            assert key not in result, "equal outcomes are merged"
            result[key] = float(self.model.probability[place][outcome])
        return result


def test_step_moves_and_wall_and_edge_stop_it() -> None:
    world = World("S.", "#G")
    assert world.step(0, 0, "right") == {(0, 1, -1.0): 1.0}
    assert world.step(0, 0, "down") == {(0, 0, -1.0): 1.0}
    assert world.step(0, 0, "up") == {(0, 0, -1.0): 1.0}
    assert world.step(0, 1, "down") == {(1, 1, -1.0, "end"): 1.0}


def test_states_are_the_cells_to_stand_on_row_by_row() -> None:
    world = World("S.", "#G")
    assert world.states.cells.tolist() == [[0, 0], [0, 1], [1, 1]]
    assert world.states.state_at([0, 1, 1, 5, -1], [1, 0, 1, 0, 0]).tolist() == [1, -1, 2, -1, -1]
    assert world.states.state_at(0, 2) == -1
    assert world.model.start.tolist() == [1.0, 0.0, 0.0]


def test_end_absorbs_and_pays_nothing_more() -> None:
    world = World("SG", legend={**GOAL, "G": Tile("goal", end=True, reward=5.0)})
    assert world.step(0, 0, "right") == {(0, 1, 5.0, "end"): 1.0}
    for action in world.layout.actions:
        assert world.step(0, 1, action) == {(0, 1, 0.0, "end"): 1.0}


def test_slip_is_relative_to_the_direction_meant() -> None:
    slip = Slip(forward=0.4, left=0.3, right=0.15, back=0.1, stay=0.05)
    world = World("...", ".S.", "..G", slip=slip)
    around = {"up": (0, 1), "right": (1, 2), "down": (2, 1), "left": (1, 0)}
    names = list(around)
    for index, meant in enumerate(names):
        turned = [(0, 0.4), (-1, 0.3), (1, 0.15), (2, 0.1)]
        expected = {(*around[names[(index + by) % 4]], -1.0): share for by, share in turned}
        assert world.step(1, 1, meant) == pytest.approx({**expected, (1, 1, -1.0): 0.05})


def test_slips_that_end_in_one_place_are_merged() -> None:
    world = World("S.", "G.", slip=Slip(0.5, 0.25, 0.25))
    assert world.step(0, 0, "up") == {(0, 0, -1.0): 0.75, (0, 1, -1.0): 0.25}


def test_diagonal_slip_stays_diagonal() -> None:
    world = World("...", ".S.", "..G", moves="king", slip=Slip(0.8, 0.2))
    assert world.step(1, 1, "up-right") == {(0, 2, -1.0): 0.8, (0, 0, -1.0): 0.2}


def test_king_moves_in_eight_directions_and_cuts_corners() -> None:
    world = World("S#.", "#..", "..G", moves="king", stay=True)
    assert world.layout.actions == tuple(DIRECTIONS)
    assert world.step(0, 0, "down-right") == {(1, 1, -1.0): 1.0}
    assert world.step(0, 0, "up-left") == {(0, 0, -1.0): 1.0}
    assert world.step(1, 1, "down-right") == {(2, 2, -1.0, "end"): 1.0}
    assert world.step(1, 1, "down-left") == {(2, 0, -1.0): 1.0}


def test_stay_never_slips_and_is_no_bump() -> None:
    world = World(".S.G", stay=True, slip=Slip(0.5, 0.25, 0.25), bump_reward=-9.0)
    assert world.step(0, 1, "stay") == {(0, 1, -1.0): 1.0}


def test_wind_of_the_column_that_was_left_blows_until_something_is_in_the_way() -> None:
    world = World("....", "..#.", "....", "S..G", wind=(0, 1, 2, 0), stay=True)
    assert world.step(3, 0, "right") == {(3, 1, -1.0): 1.0}
    assert world.step(3, 1, "right") == {(2, 2, -1.0): 1.0}
    assert world.step(3, 2, "right") == {(1, 3, -1.0): 1.0}
    assert world.step(3, 2, "down") == {(2, 2, -1.0): 1.0}
    assert world.step(0, 1, "left") == {(0, 0, -1.0): 1.0}
    assert world.step(2, 1, "stay") == {(1, 1, -1.0): 1.0}


def test_wind_does_not_stop_on_the_way() -> None:
    world = World("S.", "G.", "..", "..", wind=(3, 3), continuing=True)
    assert world.step(3, 0, "right") == {(0, 1, -1.0): 1.0}
    assert world.step(3, 0, "left") == {(0, 0, -1.0): 1.0}


def test_bump_reward_is_paid_where_a_move_is_stopped() -> None:
    world = World("S.G", bump_reward=-7.0)
    assert world.step(0, 0, "left") == {(0, 0, -7.0): 1.0}
    assert world.step(0, 0, "right") == {(0, 1, -1.0): 1.0}
    slippery = World("S.", "G.", bump_reward=-7.0, slip=Slip(0.5, 0.25, 0.0, 0.0, 0.25))
    expected = {(0, 0, -7.0): 0.75, (0, 0, -1.0): 0.25}
    assert slippery.step(0, 0, "up") == expected


def test_tile_reward_stands_instead_of_the_step_reward_also_on_the_spot() -> None:
    world = World("~SG", legend={**GOAL, "~": Tile("mud", reward=-5.0)})
    assert world.step(0, 1, "left") == {(0, 0, -5.0): 1.0}
    assert world.step(0, 0, "left") == {(0, 0, -5.0): 1.0}
    assert world.step(0, 0, "right") == {(0, 1, -1.0): 1.0}


def test_exits_are_the_only_ways_out() -> None:
    legend = {**GOAL, ">": Tile("street", exits=("right",))}
    world = World("...", "S>G", "...", legend=legend, slip=Slip(0.5, 0.5), bump_reward=-3.0)
    assert world.step(1, 1, "right") == {(1, 1, -3.0): 0.5, (1, 2, -1.0, "end"): 0.5}
    assert world.step(1, 1, "down") == {(1, 2, -1.0, "end"): 0.5, (1, 1, -3.0): 0.5}
    assert world.step(1, 1, "left") == {(1, 1, -3.0): 1.0}


def test_wind_blows_out_of_a_one_way_cell() -> None:
    legend = {**GOAL, ">": Tile("street", exits=("right",))}
    world = World(".GS", ".>.", legend=legend, wind=(0, 1, 0))
    assert world.step(1, 1, "left") == {(0, 1, -1.0, "end"): 1.0}


def test_teleport_moves_on_at_once_and_pays_its_own_reward() -> None:
    legend = {**GOAL, "T": Tile("portal", to="t", reward=-2.0), "t": Tile("out", reward=9.0)}
    world = World("ST.G", "t.t.", legend=legend)
    assert world.states.state_at(0, 1) == -1
    assert world.step(0, 0, "right") == {(1, 0, -2.0): 0.5, (1, 2, -2.0): 0.5}
    assert world.step(0, 2, "left") == {(1, 0, -2.0): 0.5, (1, 2, -2.0): 0.5}


def test_teleport_into_an_end_ends() -> None:
    world = World("STG", legend={**GOAL, "T": Tile("portal", to="G")})
    assert world.step(0, 0, "right") == {(0, 2, -1.0, "end"): 1.0}


def test_exit_tile_leads_on_whatever_is_done_without_slip_and_wind() -> None:
    legend = {**GOAL, "A": Tile("spring", exit_to="a", exit_reward=10.0), "a": Tile("landing")}
    world = World("SAG", "a.a", legend=legend, slip=Slip(0.5, 0.5), wind=(1, 1, 1))
    for action in world.layout.actions:
        assert world.step(0, 1, action) == {(1, 0, 10.0): 0.5, (1, 2, 10.0): 0.5}
    legend["A"] = Tile("spring", exit_to="G")
    assert World("SAG", legend=legend).step(0, 1, "up") == {(0, 2, -1.0, "end"): 1.0}


KEYS = {**GOAL, "r": Tile("key", key="red"), "R": Tile("door", door="red")}


def test_door_is_a_wall_without_its_key_and_a_cell_with_it() -> None:
    world = World("rSRG", legend=KEYS, bump_reward=-3.0)
    assert world.step(0, 1, "right") == {(0, 1, 0, -3.0): 1.0}
    assert world.step(0, 1, "left") == {(0, 0, 1, -1.0): 1.0}
    assert world.step(0, 0, "right", keys=1) == {(0, 1, 1, -1.0): 1.0}
    assert world.step(0, 1, "right", keys=1) == {(0, 2, 1, -1.0): 1.0}
    assert world.step(0, 2, "right", keys=1) == {(0, 3, 1, -1.0, "end"): 1.0}


def test_only_states_that_can_be_reached_are_numbered_by_keys_then_cell() -> None:
    states = World("rSRG", ".###", legend=KEYS).states
    seen = list(zip(states.keys.tolist(), states.cells.tolist(), strict=True))
    with_key = [(1, [0, 0]), (1, [0, 1]), (1, [0, 2]), (1, [0, 3]), (1, [1, 0])]
    assert seen == [(0, [0, 1]), *with_key]
    assert states.state_at(0, 0, 0) == -1
    assert states.state_at(0, [1, 1], [0, 1]).tolist() == [0, 2]
    assert states.held_at(0) == ()
    assert states.held_at(1) == ("red",)


def test_key_under_the_start_is_held_from_the_start() -> None:
    legend = {**KEYS, "S": Tile("start", start=True, key="red")}
    world = World("SRG", legend=legend)
    assert world.states.keys.tolist() == [1, 1, 1]
    assert World("rRG", legend=KEYS, start_anywhere=True).model.start.tolist() == [1.0, 0.0, 0.0]


def test_teleport_onto_a_key_picks_it_up() -> None:
    legend = {**KEYS, "T": Tile("portal", to="r")}
    world = World("TSRG", "#r##", legend=legend)
    assert world.step(0, 1, "left") == {(1, 1, 1, -1.0): 1.0}


def test_wind_stops_at_a_closed_door() -> None:
    world = World("G..", "R##", "S.r", legend=KEYS, wind=(2, 0, 0), stay=True)
    assert world.step(2, 0, "stay") == {(2, 0, 0, -1.0): 1.0}
    assert world.step(2, 0, "stay", keys=1) == {(0, 0, 1, -1.0, "end"): 1.0}


def test_start_is_uniform_over_all_starts() -> None:
    assert World("SGS").model.start.tolist() == [0.5, 0.0, 0.5]
    anywhere = World(".G.", ".#.", start_anywhere=True)
    assert anywhere.model.start.tolist() == [0.25, 0.0, 0.25, 0.25, 0.25]


def test_unused_outcomes_are_padding_behind_the_others() -> None:
    model = World("S.", "G.", slip=Slip(0.5, 0.25, 0.25)).model
    used = model.probability > 0
    assert np.array_equal(np.sort(~used, axis=2), ~used)
    own = np.broadcast_to(np.arange(4)[:, None, None], used.shape)
    assert np.array_equal(model.next_state[~used], own[~used])
    assert not model.terminated[~used].any()
    assert not model.reward[~used].any()


def test_start_without_a_way_to_a_goal_is_refused_at_its_place() -> None:
    text = 'map = """\nS.G\n###\n.S.\n"""\n'
    with pytest.raises(LayoutError, match=r"^pond:4:2: found the start 'S', which has no path"):
        grid_model(read_layout(text, "pond"))
    grid_model(read_layout(text + "[rules]\ncontinuing = true\n"))


def test_start_with_a_way_to_a_pit_alone_is_refused() -> None:
    with pytest.raises(LayoutError, match="which has no path to a goal"):
        grid_model(read_layout('map = "SP#G"'))


def test_goal_behind_a_door_without_reachable_key_is_refused() -> None:
    with pytest.raises(LayoutError, match=r"map row 0, column 0 \(from 0\): found the start"):
        World("SRGr", legend=KEYS)


def test_world_too_large_for_a_table_is_refused_before_it_is_built() -> None:
    legend = {**GOAL, "T": Tile("portal", to=".")}
    with pytest.raises(LayoutError, match="found a world of 60000 states"):
        grid_model(Layout(("ST.G" * 100,) * 200, legend=legend))


def test_keys_that_make_too_many_states_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spielfeld.envs.grid_world.dynamics.MOST_STATES", 4)
    with pytest.raises(LayoutError, match="found keys that make more than 4 states"):
        World("rSRG", legend=KEYS)


def gymnasium_pairs(env: gym.Env[int, int], states: GridStates) -> dict[int, int]:
    """Match Gymnasium's state numbers, row * columns + column, with ours."""
    columns = states.shape[1]
    return {int(row * columns + column): i for i, (row, column) in enumerate(states.cells)}


def table(model: TabularModel, state: int, action: int) -> dict[tuple[int, float, bool], float]:
    columns = (model.next_state, model.reward, model.terminated, model.probability)
    rows = zip(*(column[state, action].tolist() for column in columns), strict=True)
    return {(following, reward, end): share for following, reward, end, share in rows if share > 0}


@pytest.mark.parametrize(
    ("name", "theirs", "actions"),
    [
        ("frozen-lake", "FrozenLake-v1", ("left", "down", "right", "up")),
        ("frozen-lake-8x8", "FrozenLake8x8-v1", ("left", "down", "right", "up")),
        ("cliff-walking", "CliffWalking-v1", ("up", "right", "down", "left")),
    ],
)
def test_transitions_equal_gymnasium(name: str, theirs: str, actions: tuple[str, ...]) -> None:
    layout = load_layout(name)
    model, states = grid_model(layout)
    env = gym.make(theirs)
    assert layout.max_episode_steps == (env.spec.max_episode_steps or 1000)
    ours = gymnasium_pairs(env, states)
    compared = 0
    for number, state in ours.items():
        if model.terminal[state]:
            continue
        for action, direction in enumerate(actions):
            merged: dict[tuple[int, float, bool], float] = {}
            for share, following, reward, end in env.unwrapped.P[number][action]:
                key = (ours[int(following)], float(reward), bool(end))
                merged[key] = merged.get(key, 0.0) + share
            mine = table(model, state, layout.actions.index(direction))
            assert mine == pytest.approx(merged, rel=3e-16, abs=0)
            compared += 1
    assert compared == 4 * (~model.terminal).sum() > 0
    start = {ours[number]: p for number, p in enumerate(env.unwrapped.initial_state_distrib) if p}
    assert {int(state): model.start[state] for state in np.flatnonzero(model.start)} == start
