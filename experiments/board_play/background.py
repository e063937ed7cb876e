"""Work in the background, so that a window goes on while somebody thinks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

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


class Notebook(Generic[Subject, Answer]):
    """Answers worked out in the background, one at a time, and kept.

    Args:
        ask: Is called with each new subject.
    """

    def __init__(self, ask: Callable[[Subject], Answer]) -> None:
        self._ask = ask
        self._known: dict[Subject, Answer] = {}
        self._question: Question[Subject, Answer] | None = None

    def look_up(self, subject: Subject) -> Answer | None:
        """Return an answer if it is known by now; else see that it will be.

        Raises:
            Exception: Whatever the last question ended with.
        """
        question = self._question
        if question is not None and question.done:
            self._question = None
            self._known[question.about] = question.answer()
        if subject not in self._known and self._question is None:
            self._question = Question(self._ask, subject)
        return self._known.get(subject)
