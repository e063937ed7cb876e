"""What `tests.wild_values` gives wild values to: everything that takes numbers from outside."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from spielfeld.agents.planning import policy_evaluation, value_iteration
from spielfeld.agents.planning.finite_horizon import finite_horizon
from spielfeld.envs import access
from spielfeld.envs.bandit.model import armed_testbed, drifting_bandit
from spielfeld.envs.bandit.vector import BanditVectorEnv
from spielfeld.envs.board_game import CONNECT_FOUR, Position
from spielfeld.envs.board_game.env import BoardGameEnv
from spielfeld.envs.board_game.solver.solver import Solver
from spielfeld.envs.board_game.uct_players import uct_action, uct_values
from spielfeld.envs.tabular import TabularModel
from spielfeld.envs.vector import TabularVectorEnv
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.run import Training
from spielfeld.experiments.spec import RunSpec
from spielfeld.files import load_model, save_model
from spielfeld.learning.data_sets import find_data_set

LAKE = "spielfeld/FrozenLake-v0"


@dataclass
class Target:
    """Something that takes a value.

    Args:
        good: A value that it takes.
        give: Hands a value over.
        go_on: Does what follows: steps, learning.
        state: What must not change if a value is refused; None if there is nothing.
        stands: What must be equal to the value if it was accepted; None if there is nothing.
        silently_changed: Tells what an accepted value changed that it should not; "" for nothing.
    """

    good: Any
    give: Callable[[Any], Any]
    go_on: Callable[[], Any] = lambda: None
    state: Callable[[], Any] | None = None
    stands: Callable[[], Any] | None = None
    silently_changed: Callable[[Any], str] | None = None


def make_vector(name: str) -> Any:
    """Return a vector environment of one of the families."""
    if name == "testbed":
        return BanditVectorEnv(4, 7, bandit=armed_testbed, problem=None)
    if name == "drifting":
        return BanditVectorEnv(4, 7, bandit=drifting_bandit)
    made = {"lake": (LAKE, {}), "gambler": ("spielfeld/GamblersProblem-v0", {}),
            "rooms": ("spielfeld/FourRooms-v0", {"observation": "one-hot"}),
            "tic-tac-toe": ("spielfeld/TicTacToe-v0", {"seat": "first"}),
            "connect-four": ("spielfeld/ConnectFour-v0", {"opponent": "rule", "illegal": "lose"}),
            }[name]  # fmt: skip
    return gym.make_vec(made[0], 4, "vector_entry_point", **made[1])


VECTORS = ("lake", "gambler", "rooms", "tic-tac-toe", "connect-four", "testbed", "drifting")


def legal_actions(vector: Any, info: dict[str, Any]) -> Any:
    """Return the last legal action of each row; 0 where an episode has ended."""
    mask = info.get("action_mask")
    if mask is None:
        return np.arange(vector.num_envs) % vector.single_action_space.n
    return np.array([max(np.flatnonzero(row), default=0) for row in mask])


def stepped(vector: Any, steps: int = 3) -> dict[str, Any]:
    """Take some steps; return the latest info."""
    info = vector._info()
    for _ in range(steps):
        *_, info = vector.step(legal_actions(vector, info))
    return info


def vector_restore(name: str) -> Target:
    """A vector environment that is restored."""
    vector = make_vector(name)
    vector.reset(seed=3)
    stepped(vector)
    go_on = partial(stepped, vector)
    return Target(vector.state(), vector.restore, go_on, vector.state, vector.state)


def vector_call(name: str, what: str) -> Target:
    """A vector environment that is reset, by a mask or by seeds, or stepped."""
    vector, twin = make_vector(name), make_vector(name)
    for each in (vector, twin):
        each.reset(seed=3)
        stepped(each)
    wrong: list[str] = []

    def reset(wild: Any) -> None:
        vector.reset(options=wild)
        mask = np.asarray(wild.get("reset_mask", np.ones(4, bool)) if wild else np.ones(4, bool))
        before, after = twin.state(), vector.state()
        for name, array in after.items():
            changed = (array != before[name]).reshape(-1, 4) if name != "rows.means" else (
                array != before[name]).T  # fmt: skip
            if changed[:, ~mask].any():
                wrong.append(name)

    def seeded(wild: Any) -> None:
        vector.reset(seed=wild)
        seeds = wild if wild is None or isinstance(wild, int) else [
            None if seed is None else int(seed) for seed in np.atleast_1d(wild).tolist()
        ] if np.ndim(wild) else int(wild)  # fmt: skip
        twin.reset(seed=seeds)
        wrong.extend(k for k in twin.state() if (twin.state()[k] != vector.state()[k]).any())

    def acted(wild: Any) -> None:
        vector.step(wild)
        twin.step(np.array([int(action) for action in wild]))
        wrong.extend(k for k in twin.state() if (twin.state()[k] != vector.state()[k]).any())

    good, give = {
        "mask": ({"reset_mask": np.array([True, False, True, False])}, reset),
        "seeds": ([1, 2, None, 2**70], seeded), "seed": (5, seeded),
        "actions": (legal_actions(vector, vector._info()), acted),
    }[what]  # fmt: skip
    return Target(good, give, partial(stepped, vector), vector.state, None,
                  lambda wild: f"changed: {wrong}" if wrong else "")  # fmt: skip


def new_vector() -> Target:
    """A vector environment that is made."""
    made: list[Any] = []
    lake = gym.make(LAKE).unwrapped.model

    def give(wild: Any) -> None:
        if not isinstance(wild, dict):
            raise ValueError("Not a call.")
        made.append(TabularVectorEnv(lake, **wild))

    def go_on() -> None:
        made[-1].reset(seed=1)
        stepped(made[-1])

    return Target({"num_envs": 3, "max_episode_steps": 5}, give, go_on)


SINGLES = {
    "lake": (LAKE, {}), "testbed": ("spielfeld/TenArmedTestbed-v0", {}),
    "drifting": ("spielfeld/DriftingBandit-v0", {}),
    "tic-tac-toe": ("spielfeld/TicTacToe-v0", {"opponent": "rule"}),
    "connect-four": ("spielfeld/ConnectFour-v0", {"opponent": "uct"}),
    "self-play": ("spielfeld/SelfPlay-v0", {}), "mountain-car": ("MountainCar-v0", {}),
}  # fmt: skip


def single_restore(name: str) -> Target:
    """An environment that is restored, with what wraps it."""
    env = gym.make(SINGLES[name][0], disable_env_checker=True, **SINGLES[name][1])
    _, info = env.reset(seed=3)

    def go_on() -> None:
        nonlocal info
        for _ in range(3):
            mask = getattr(env.unwrapped, "action_masks", lambda: np.ones(2, bool))()
            if not mask.any() or getattr(env.unwrapped, "over", False):
                env.reset()
                continue
            *_, info = env.step(int(np.flatnonzero(mask)[0]))

    go_on()
    if name == "mountain-car":  # Gymnasium's: refused in a sentence, perhaps after a reset
        return Target(access.state(env), lambda wild: access.restore(env, wild), go_on)
    state = env.unwrapped.state
    return Target(state(), lambda wild: access.restore(env, wild), go_on, state, state)


@cache
def lake() -> TabularModel:
    """Return the model of the frozen lake."""
    model: TabularModel = gym.make(LAKE).unwrapped.model
    return model


LEARNERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    name: (name, LAKE, {}) for name in (
        "monte-carlo-prediction", "temporal-difference", "n-step-td", "td-lambda", "monte-carlo",
        "off-policy-monte-carlo", "sarsa", "expected-sarsa", "q-learning", "double-q-learning",
        "n-step-sarsa", "tree-backup", "sarsa-lambda", "dyna-q", "dyna-q-plus",
        "prioritized-sweeping",
    )
}  # fmt: skip
MANY = {"num_envs": 2, "hidden": (8,)}
REPLAY = {**MANY, "learning_starts": 20, "train_every": 4, "batch_size": 8, "buffer_size": 64}
LEARNERS |= {
    "q-learning in tiles": ("q-learning", "MountainCar-v0", {"tiles": 2, "tilings": 2}),
    "dyna-q in a game": ("dyna-q", "spielfeld/TicTacToe-v0", {}),
    "td-self-play": ("td-self-play", "spielfeld/TicTacToe-v0", {}),
    "q-self-play": ("q-self-play", "spielfeld/TicTacToe-v0", {}),
    "bandit-ucb": ("bandit-ucb", "spielfeld/TenArmedTestbed-v0", {}),
    "bandit-gradient": ("bandit-gradient", "spielfeld/TenArmedTestbed-v0", {}),
    "bandit-thompson": ("bandit-thompson", "spielfeld/DriftingBandit-v0", {}),
    "bandit-exploration": ("bandit-exploration", "spielfeld/TenArmedTestbed-v0", {}),
    "ppo": ("ppo", LAKE, {**MANY, "steps": 16, "batch_size": 16, "epochs": 1}),
    "a2c": ("a2c", "spielfeld/TicTacToe-v0", {**MANY, "normalise_observations": True}),
    "reinforce": ("reinforce", LAKE, {**MANY, "episodes": 3}),
    "dqn": ("dqn", LAKE, REPLAY), "n-step-dqn": ("n-step-dqn", LAKE, REPLAY),
    "prioritized-dqn": ("prioritized-dqn", "spielfeld/GamblersProblem-v0", REPLAY),
}  # fmt: skip
ROWS = {"k-means": ("blobs", {}), "neural-network": ("two-moons", {"hidden": (4,)}),
        "gaussian-mixture": ("blobs", {}), "logistic-regression": ("two-moons", {}),
        "principal-components": ("blobs", {})}  # fmt: skip


def made_learner(name: str) -> tuple[Any, Any, int]:
    """Return a learner that has learned a little, its source, and how much it takes at a time."""
    learner_name, source_name, config = LEARNERS.get(name) or (name, *ROWS[name])
    kind = find_learner(learner_name)
    learner = kind(kind.config_class(**config), 1)
    if name in ROWS:
        data = find_data_set(source_name)
        source: Any = data if learner_name in ("neural-network", "logistic-regression") else (
            data.without_targets())  # fmt: skip
        learner.learn(source, 150)
        return learner, source, 100
    source = gym.make(source_name)
    learner.learn(source, 150)
    return learner, source, 100


def learner_restore(name: str) -> Target:
    """A learner that is restored where it stands."""
    learner, source, samples = made_learner(name)
    return Target(learner.state(), lambda wild: learner.restore(wild, source),
                  lambda: learner.learn(source, samples), learner.state, learner.state)  # fmt: skip


def learner_call(name: str, what: str) -> Target:
    """A learner that is asked to learn so many samples, or what it predicts."""
    learner, source, samples = made_learner(name)
    good, give = {
        "learn": ({"samples": 7}, lambda wild: learner.learn(source, hours(asked(wild)))),
        "predict": (np.array([0, 3]), lambda wild: learner.predict(wild)),
    }[what]  # fmt: skip
    return Target(good, give, lambda: learner.learn(source, samples), learner.state, None)


def asked(wild: Any) -> Any:
    """Return the samples that a call asks for, or the wild value itself where it names none."""
    return wild["samples"] if isinstance(wild, dict) and "samples" in wild else wild


def hours(samples: Any) -> Any:
    """Return a number of samples, unless it is a right one that would take hours to learn from."""
    if isinstance(samples, int) and 10**6 < samples < 2**62:
        raise ValueError("Not tried: it would take hours.")
    return samples


def new_model() -> Target:
    """A model that is made of arrays, and then acted in."""
    names = ("probability", "next_state", "reward", "terminated", "start", "legal",
             "reward_deviation")  # fmt: skip
    deviation = np.zeros(lake().probability.shape)
    good = {name: getattr(lake(), name) for name in names} | {"reward_deviation": deviation}
    good["legal"] = lake().legal_actions
    made: list[TabularModel] = []

    def give(wild: Any) -> None:
        if not isinstance(wild, dict) or not set(names[:5]) <= set(wild):
            raise ValueError("Not a call.")
        made.append(TabularModel(**wild))

    def go_on() -> None:
        vector = TabularVectorEnv(made[-1], 4)
        vector.reset(seed=1)
        stepped(vector)
        for array in (*made[-1].arrays, made[-1].terminal, made[-1].expected_reward):
            if array.flags.writeable:
                raise AssertionError("A checked array can be changed.")
        value_iteration(made[-1], 0.9)

    return Target(good, give, go_on)


def planners(what: str) -> Target:
    """Planners with a policy, a horizon or a number of sweeps."""
    policy = np.full((lake().states, 4), 0.25)
    good, call = {
        "policy": ({"policy": policy, "discount": 0.9, "horizon": 9}, policy_evaluation),
        "actions": ({"policy": np.zeros(lake().states, int), "discount": 0.9}, policy_evaluation),
        "horizon": ({"horizon": 9, "discount": 1.0}, finite_horizon),
        "sweeps": ({"discount": 0.9, "tolerance": 1e-8, "max_sweeps": 1000}, value_iteration),
    }[what]  # fmt: skip

    def give(wild: Any) -> None:
        if (
            not isinstance(wild, dict)
            or not ("policy" in wild) >= ("policy" in good)
            or (what == "horizon" and "horizon" not in wild)
        ):
            raise ValueError("Not a call.")
        found = call(lake(), **wild)  # type: ignore[operator]
        assert np.isfinite(getattr(found, "values", found)).all()

    return Target(good, give)


def positions(what: str) -> Target:
    """Positions made directly, and what searches them."""
    own, other = Position.of_moves("4453212").own, Position.of_moves("4453212").other

    def search(wild: Any) -> None:
        if not isinstance(wild, dict) or not {"own", "other"} <= set(wild):
            raise ValueError("Not a call.")
        rules = wild.pop("rules", CONNECT_FOUR)
        if what == "uct":
            uct_action(rules, **wild)
            return
        position = Position(rules, **wild)
        uct_values(position, 20)
        Solver(rules, 2**10, openings=False)

    good = {"own": own, "other": other, "rules": CONNECT_FOUR}
    return Target({**good, "playouts": 20, "seed": 3} if what == "uct" else good, search)


def opponent() -> Target:
    """An opponent of one's own, which answers something."""
    answer: list[Any] = [3]
    env = BoardGameEnv(opponent=lambda position: answer[0], seat="first")
    env.reset(seed=1)

    def give(wild: Any) -> None:
        answer[0] = wild
        env.step(0)

    return Target(3, give)


RUNS = {
    "q-learning": RunSpec("q-learning", LAKE, 400),
    "dyna-q": RunSpec("dyna-q", LAKE, 400),
    "sarsa-lambda": RunSpec("sarsa-lambda", LAKE, 400),
    "td-self-play": RunSpec("td-self-play", "spielfeld/TicTacToe-v0", 400),
    "bandit-ucb": RunSpec("bandit-ucb", "spielfeld/TenArmedTestbed-v0", 400),
    "ppo": RunSpec("ppo", LAKE, 400, config={**LEARNERS["ppo"][2], "hidden": [8]}),
    "dqn": RunSpec("dqn", LAKE, 400, config={**REPLAY, "hidden": [8]}),
    "k-means": RunSpec("k-means", "blobs", 400),
}


def model_file(name: str) -> Target:
    """A checkpoint that somebody edited, and sealed anew."""
    place = Path(tempfile.mkdtemp(prefix="wild")) / "checkpoint.safetensors"
    training = Training(RUNS[name])
    training.advance(200)
    training.save(place)
    arrays, header = load_model(place)
    place.unlink()
    taken: list[Training] = []

    def give(wild: Any) -> None:
        if not isinstance(wild, dict) or {"arrays", "header"} - set(wild):
            raise ValueError("Not a file.")
        if not isinstance(wild["header"], dict) or not isinstance(wild["arrays"], dict):
            raise ValueError("Not a file.")
        head = json.loads(json.dumps(wild["header"], default=str))
        try:
            save_model(place, wild["arrays"], head)
        except Exception as error:
            raise ValueError("Cannot be written.") from error
        taken.append(Training(RUNS[name]))
        taken[-1].restore(place)

    def go_on() -> None:
        for _ in taken[-1]:
            pass

    return Target({"arrays": arrays, "header": header}, give, go_on)


TARGETS: dict[str, Callable[[], Target]] = {
    **{f"vector.restore {name}": partial(vector_restore, name) for name in VECTORS},
    **{f"vector.{what} {name}": partial(vector_call, name, what)
       for name in ("lake", "tic-tac-toe", "testbed")
       for what in ("mask", "seed", "seeds", "actions")},
    "vector.new": new_vector, "model.new": new_model, "opponent": opponent,
    **{f"single.restore {name}": partial(single_restore, name) for name in SINGLES},
    **{f"learner.restore {name}": partial(learner_restore, name) for name in (*LEARNERS, *ROWS)},
    **{f"learner.learn {name}": partial(learner_call, name, "learn")
       for name in ("q-learning", "td-self-play", "bandit-ucb", "dqn")},
    **{f"learner.predict {name}": partial(learner_call, name, "predict")
       for name in ("q-learning", "td-self-play", "q-self-play", "temporal-difference", "ppo")},
    **{f"planner.{what}": partial(planners, what)
       for what in ("policy", "actions", "horizon", "sweeps")},
    **{f"position.{what}": partial(positions, what) for what in ("position", "uct")},
    **{f"file {name}": partial(model_file, name) for name in RUNS},
}  # fmt: skip
