"""Work in the background, so that a window goes on while somebody thinks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")
Answer = TypeVar("Answer")


class Question(Generic[Subject, Answer]):
    """A question that a thread of its own answers; it does not keep the program from ending.

    Args:
        ask: Is called with `about`.
        about: Whatever the question is about.
    """

    def __init__(self, ask: Callable[[Subject], Answer], about: Subject) -> None:
        self.about, self._ask = about, ask
        self._answers: list[Answer] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        return self.wait(0.0)

    def wait(self, seconds: float) -> bool:
        """Wait for the answer, but not for longer; tell whether it is there."""
        self._thread.join(seconds)
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


class Notebook:
    """Answers worked out in the background, one at a time, and kept."""

    def __init__(self) -> None:
        self._answered: dict[Any, Question[Any, Any]] = {}
        self._question: Question[Any, Any] | None = None

    def look_up(self, ask: Callable[[Subject], Answer], about: Subject) -> Answer | None:
        """Return an answer if it is known by now; else see that it will be.

        Args:
            ask: Answers the question.
            about: What it is about, by which the answer is kept.

        Raises:
            Exception: Whatever answering this has ended with.
        """
        if self._question is not None and self._question.done:
            self._answered[self._question.about] = self._question
            self._question = None
        if about in self._answered:
            answer: Answer = self._answered[about].answer()
            return answer
        if self._question is None:
            self._question = Question(ask, about)
        return None
