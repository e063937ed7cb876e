"""Small worlds with answers that fit on paper, and random ones with answers by brute force."""

import itertools

import numpy as np
from hypothesis import strategies as st

from spielfeld.envs.tabular import TabularModel


def two_rooms() -> TabularModel:
    """Stay in room 0 for 1 a step, or try the door (.5) to room 1, whose only act pays 10 and ends.

    Room 1 has one legal action; state 2 is the end.
    """
    probability = np.zeros((3, 2, 2))
    probability[0, 0] = 1, 0
    probability[0, 1] = 0.5, 0.5
    probability[1:, :, 0] = 1
    next_state = np.array([[[0, 0], [1, 0]], [[2, 2], [2, 2]], [[2, 2], [2, 2]]])
    reward = np.zeros((3, 2, 2))
    reward[0, 0, 0] = 1
    reward[1, :, 0] = 10, 99  # the second would pay more, but is illegal
    terminated = next_state == 2
    legal = np.array([[True, True], [True, False], [True, True]])
    return TabularModel(probability, next_state, reward, terminated, np.array([1.0, 0, 0]), legal)


def line(length: int, end: bool = True) -> TabularModel:
    """States 0 ... length - 1, actions left and right at -1 a step; the last state ends, or not."""
    states = np.arange(length)
    next_state = np.stack([np.maximum(states - 1, 0), np.minimum(states + 1, length - 1)], 1)
    reward = np.full((length, 2), -1.0)
    terminated = np.zeros((length, 2), bool)
    if end:
        next_state[-1], reward[-1], terminated = length - 1, 0, next_state == length - 1
        terminated[-1] = True
    start = (states == 0).astype(float)
    ones = np.ones((length, 2, 1))
    return TabularModel(
        ones, next_state[..., None], reward[..., None], terminated[..., None], start
    )


def free_loop(states: int, before: int = 0) -> TabularModel:
    """Wait for nothing, or end at -1; a corridor of free steps leads there, the rest waits unseen.

    Args:
        states: All of them; the last is the end.
        before: Length of the corridor, which begins at state 0. Its steps go back or on.
    """
    here = np.arange(states)
    next_state = np.stack([np.where(here < before, np.maximum(here - 1, 0), here), here], 1)
    next_state[:before, 1] += 1
    next_state[before:, 1] = states - 1
    reward = np.zeros((states, 2))
    reward[before:-1, 1] = -1
    ends = next_state == states - 1
    arrays = (array[..., None] for array in (np.ones((states, 2)), next_state, reward, ends))
    return TabularModel(*arrays, (here == 0).astype(float))


@st.composite
def models_with_free_loops(draw: st.DrawFn) -> TabularModel:
    """Worlds of 3 to 5 states with steps that cost 0 to 2, and an end that pays -3 to 3.

    Action 0 may end from everywhere, so that no state is without a way out.
    """
    generator, states = (
        np.random.default_rng(draw(st.integers(0, 2**32 - 1))),
        draw(st.integers(3, 5)),
    )
    shape = states, draw(st.integers(2, 3)), 2
    probability = generator.choice([0.5, 1.0], shape)
    probability[..., 1] = 1 - probability[..., 0]
    next_state = generator.integers(states - 1, size=shape)
    next_state[:, 0, 0], next_state[-1] = states - 1, states - 1
    ends = next_state == states - 1
    reward = generator.choice([0.0, 0.0, -1.0, -2.0], shape)
    reward[ends] = generator.integers(-3, 4, size=shape)[ends]
    reward[-1] = 0
    return TabularModel(probability, next_state, reward, ends, np.eye(states)[0])


@st.composite
def random_models(draw: st.DrawFn) -> TabularModel:
    """Worlds of 1 to 4 states, 1 to 3 actions, some ends, some illegal actions."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)))
    states, actions, _ = shape
    probability = generator.dirichlet(np.ones(shape[2]), shape[:2])
    next_state = generator.integers(states, size=shape)
    reward = generator.normal(scale=draw(st.sampled_from([0.0, 1.0, 100.0])), size=shape)
    ends = generator.random(states) < draw(st.sampled_from([0.0, 0.3]))
    next_state[ends], reward[ends] = np.flatnonzero(ends)[:, None, None], 0
    legal = generator.random((states, actions)) < 0.8
    legal[np.arange(states), generator.integers(actions, size=states)] = True
    start = generator.dirichlet(np.ones(states))
    return TabularModel(probability, next_state, reward, ends[next_state], start, legal)


def solved_densely(model: TabularModel, chosen: np.ndarray, discount: float) -> np.ndarray:
    """Values of a deterministic policy by a dense solve, written with loops."""
    going_on, reward = chain_densely(model, chosen)
    return np.linalg.solve(np.eye(model.states) - discount * going_on, reward)


def chain_densely(model: TabularModel, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of the next state, ends left out, and mean rewards under a policy."""
    going_on, reward = np.zeros((model.states, model.states)), np.zeros(model.states)
    for state, action in enumerate(chosen):
        for outcome in range(model.probability.shape[2]):
            place = state, action, outcome
            reward[state] += model.probability[place] * model.reward[place]
            if not model.terminated[place]:
                going_on[state, model.next_state[place]] += model.probability[place]
    return going_on, reward


def best_by_enumeration(model: TabularModel, discount: float) -> np.ndarray:
    """Optimal values as the best over every deterministic policy."""
    choices = [np.flatnonzero(row) for row in model.legal_actions]
    values = [solved_densely(model, np.array(c), discount) for c in itertools.product(*choices)]
    return np.max(values, axis=0)


def best_that_ends(model: TabularModel) -> np.ndarray:
    """Optimal values with discount 1 as the best over every deterministic policy that ends."""
    choices = map(np.array, itertools.product(range(model.actions), repeat=model.states))
    ending = (
        chosen
        for chosen in choices
        if np.linalg.matrix_power(chain_densely(model, chosen)[0], 4096).sum(axis=1).max() < 0.5
    )
    return np.max([solved_densely(model, chosen, 1.0) for chosen in ending], axis=0)


def merged(model: TabularModel, state: int, action: int) -> dict[tuple[int, float, bool], float]:
    """Return one row of a model: the probability of each next state, reward and end."""
    row: dict[tuple[int, float, bool], float] = {}
    columns = (model.next_state, model.reward, model.terminated, model.probability)
    for after, reward, end, chance in zip(
        *(c[state, action].tolist() for c in columns), strict=True
    ):
        if chance > 0:
            row[after, reward, end] = row.get((after, reward, end), 0.0) + chance
    return row
