from hypothesis import given
from hypothesis import strategies as st

from spielfeld.envs.board_game.bits import bits_of, count, lowest


@given(st.integers(0, 2**80))
def test_bits_of_a_set_are_its_cells_in_order(cells: int) -> None:
    bits = bits_of(cells)
    assert bits == sorted(bits) and sum(bits) == cells
    assert all(bit.bit_count() == 1 for bit in bits)
    assert count(cells) == len(bits)
    assert lowest(cells) == (bits[0] if bits else 0)
