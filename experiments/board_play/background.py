"""Work in the background, so that a window goes on while somebody thinks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Question(Generic[Answer]):
    """A question that a thread of its own answers; it does not keep the program from ending.

    Args:
        ask: Is called with `about`.
        about: Whatever the question is about.
    """

    def __init__(self, ask: Callable[..., Answer], about: object) -> None:
        self.about, self._ask = about, ask
        self._answers: list[Answer] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        return not self._thread.is_alive()

    def answer(self) -> Answer:
        """Return the answer, waiting for it if need be; raise what was raised on the way."""
        self._thread.join()
        if self._errors:
            raise self._errors[0]
        return self._answers[0]

    def _work(self) -> None:
        try:
            self._answers.append(self._ask(self.about))
        except Exception as error:  # whatever goes wrong is told to who asked
            self._errors.append(error)
