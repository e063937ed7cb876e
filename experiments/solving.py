"""How far a long search for perfect play has come, for whoever sits before a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from spielfeld.envs.board_game import Rules

Say = Callable[[str], None]


def search_words(visited: int, low: int, high: int) -> str:
    """Return in words how far a search is; see `Solver.tell`."""
    return f"solving: {visited / 1e6:,.0f} M positions, score {low} to {high}"


@contextmanager
def solving(rules: Rules, say: Say | None = None) -> Iterator[None]:
    """Show a bar while the shared solver of a game searches long; it goes when that is done.

    Nobody knows how many positions are still to be visited, so the bar shows which scores are no
    longer possible. Within another `solving` this does nothing.

    Args:
        rules: Of the game.
        say: Is told in words instead, by whoever shows something already.
    """
    from spielfeld.envs.board_game.solver.solver import solver_of

    solver = solver_of(rules)
    if solver.tell is not None:
        yield
        return
    bar = SearchBar(rules.cells)
    solver.tell = (lambda *news: say(search_words(*news))) if say else bar.tell
    try:
        yield
    finally:
        solver.tell = None
        bar.stop()


class SearchBar:
    """A bar in the terminal that appears with the first news.

    Args:
        span: How many scores there may be.
    """

    def __init__(self, span: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
        self._bar = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._bar.add_task("solving", total=span)
        self._span = span

    def tell(self, visited: int, low: int, high: int) -> None:
        """Show how far a search is; see `Solver.tell`."""
        self._bar.start()
        news, done = search_words(visited, low, high), self._span - (high - low)
        self._bar.update(self._task, description=news, completed=done)

    def stop(self) -> None:
        """Take the bar away."""
        self._bar.stop()
