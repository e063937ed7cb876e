"""Scenes on a screen: the keys, the one loop of all windows and the one loop of all terminals.

A scene gives its picture or its text, and for each `Key` of its table a function. `run_window` and
`run_text` drive it. So a command has the same key and the same word everywhere. The page
docs/keys.md lists them, and `?` shows those of the present scene.
"""

from __future__ import annotations

import sys
import textwrap
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from pygame import Surface
    from pygame.event import Event

Answer = TypeVar("Answer")
Subject = TypeVar("Subject", bound=Hashable)
Size = tuple[int, int]  # width and height in pixels

FRAMES_PER_SECOND = 30
PACES = (0.5, 1, 2, 4, 8, 15, 30)  # actions a second of a policy or a player
WIDTH = 78  # letters in a line of a terminal
PATIENCE = 1.0  # seconds after which a terminal says that something is being computed
LINE = 24  # height of a line of text below a picture, in pixels


class Key(NamedTuple):
    """A command of a scene.

    Args:
        words: Its words in a terminal, the usual word first; "" is Enter alone. A command without
            words is for windows only.
        keys: Names of its keys in a window, as in pygame. In a terminal, keys of one letter work
            as well.
        does: Description of the command.
    """

    words: tuple[str, ...]
    keys: tuple[str, ...]
    does: str


NEW = Key(("new", "restart"), ("n", "r"), "begin a new episode or game")
HINTS = Key(("hints",), ("h",), "values of the actions: learned (of a run), perfect, none")
HELP = Key(("help",), ("?", "f1"), "list the keys, or hide the list")
QUIT = Key(("quit", "exit"), ("escape", "q"), "quit")
PAUSE = Key((), ("space",), "pause or continue")
FASTER = Key((), ("+", "=", "up"), "go faster")
SLOWER = Key((), ("-", "down"), "go slower")
STEP = Key(("",), ("return", "right"), "take the next step")
UNDO = Key(("undo",), ("u", "backspace"), "take back your last move and the reply")
SWAP = Key(("swap",), ("s",), "swap seats; after the end, for the next game")
WATCH = Key(("watch",), ("w",), "let a player move for you, or move yourself again")
THOUGHTS = Key(
    ("hints", "thoughts"), ("h", "t"), "values of the moves: the opponent's, perfect play's, both"
)
VALUES = Key((), ("v",), "values of the best action, of each action, none")
POLICY = Key((), ("p",), "show or hide the policy")
ROWS = Key((), ("p",), "show or hide the rows of data")
LEARN = Key((), ("s", "right", "return"), "learn from one step or batch, and pause")
LIST = HELP._replace(words=(), keys=("?", "f1", "h"))
LEAVE = Key((), ("q", "escape"), "stop watching: learning continues without a picture")
MOVES = {
    "up": Key(("up",), ("up", "w", "[8]"), "move up"),
    "right": Key(("right",), ("right", "d", "[6]"), "move right"),
    "down": Key(("down",), ("down", "s", "[2]"), "move down"),
    "left": Key(("left",), ("left", "a", "[4]"), "move left"),
    "up-right": Key(("up-right",), ("e", "[9]"), "move up and right"),
    "down-right": Key(("down-right",), ("c", "[3]"), "move down and right"),
    "down-left": Key(("down-left",), ("y", "z", "[1]"), "move down and left"),
    "up-left": Key(("up-left",), ("q", "[7]"), "move up and left"),
    "stay": Key(("stay",), (".", "space", "[5]"), "stay"),
}
CLICK = Key(("number",), ("click", "number"), "play a move, of which the board shows the number")
ARROWS = Key((), ("arrows", "return"), "choose a move and play it")

RUNNING = (STEP, PAUSE, FASTER, SLOWER)
WATCHING = tuple(key._replace(does=f"while you watch: {key.does}") for key in RUNNING)
TABLES = {
    "You act in a world": (*MOVES.values(), NEW, HINTS, HELP, QUIT),
    "A run acts in a world": (*RUNNING, NEW, HINTS, HELP, QUIT),
    "A board": (CLICK, ARROWS, UNDO, NEW, SWAP, WATCH, THOUGHTS, *WATCHING, HELP, QUIT),
    "A learner learns (`--watch`)": (
        LEARN,
        PAUSE,
        FASTER,
        SLOWER,
        VALUES,
        POLICY,
        ROWS,
        LIST,
        LEAVE,
    ),
}
NAMES = {
    "return": "Enter", "escape": "Escape", "backspace": "Backspace", "space": "Space", "f1": "F1",
    "up": "Up", "down": "Down", "left": "Left", "right": "Right", "click": "click",
    "number": "number", "arrows": "arrows",
}  # fmt: skip
SAME_KEYS = {"[+]": "+", "[-]": "-", "enter": "return", "[enter]": "return"}
PAGE = """# Keys and words

`spielfeld play` takes the same commands everywhere. Press a key in a window; in a terminal
(`--text`), type a word and press Enter. The keys of one letter work in the terminal too. `?` lists
the commands that work at the moment. A key of a letter that is a move, such as Q for *up and left*,
does not quit.
"""


def key_label(key: Key) -> str:
    """Return the names of the keys of a command, as a person reads them."""
    return ", ".join(
        NAMES.get(name) or (f"keypad {name[1]}" if name[0] == "[" else name.upper())
        for name in key.keys
    )


def word_label(key: Key) -> str:
    """Return the words of a command in a terminal; empty if there are none."""
    letters = [name for name in key.keys if len(name) == 1 and name not in key.words]
    return ", ".join([word or "Enter" for word in key.words] + letters) if key.words else ""


def page() -> str:
    """Return docs/keys.md: every table of keys."""
    lines = [PAGE]
    for title, table in TABLES.items():
        lines += [f"## {title}\n", "| key | word | action |", "|---|---|---|"]
        lines += [f"| {key_label(key)} | {word_label(key)} | {key.does} |" for key in table]
        lines.append("")
    return "\n".join(lines)


class Scene:
    """The content of a screen, and the actions of its keys, words and clicks.

    Attributes:
        title: Title of the window.
        table: Commands to be listed, moves first.
        actions: The function of each command. It returns "", or a sentence if it changed nothing.
        moves: Words for the moves in a terminal, empty if there are none now.
        helping: Whether the window lists the keys.
        ended: Whether the screen is to be left.
    """

    title: str
    table: Sequence[Key]
    actions: Mapping[Key, Callable[[], str]]
    helping = False
    ended = False

    @property
    def moves(self) -> str:
        """Words for the moves in a terminal."""
        return ""

    def picture(self, size: Size | None) -> Surface:
        """Draw the scene, for a window of a size if that is known; the window scales it."""
        raise NotImplementedError

    def text(self) -> str:
        """Return the scene in characters."""
        raise NotImplementedError

    def press(self, name: str) -> bool:
        """Obey the key of a move; return whether it is one."""
        return False

    def write(self, word: str) -> str | None:
        """Obey the word of a move, as `actions` do; None if it is no move."""
        return None

    def point(self, place: Size, clicked: bool) -> None:
        """Take note of the mouse at a place in the picture."""

    def wait(self, seconds: float) -> None:
        """Let time go by in a window."""

    def settle(self) -> None:
        """Let others act in a terminal, until it is the user's turn."""

    def help(self) -> str:
        """List the keys, or hide the list; in a terminal return the list of words."""
        self.helping = not self.helping
        rows = [(word_label(key), key.does) for key in self.table if key.words]
        return "\n".join(f"{words:<22} {does}" for words, does in rows)

    def quit(self) -> str:
        """Leave the screen."""
        self.ended = True
        return ""


def run_window(scene: Scene) -> None:
    """Show a scene in a window until it ends or the window is closed: the loop of all windows.

    Raises:
        NoDisplayError: If there is no display.
    """
    from spielfeld.envs.grid_world.window import Window

    first = scene.picture(None)
    window = Window(scene.title, first.get_size(), FRAMES_PER_SECOND, ends_program=False)
    try:
        window.show(first)
        while not scene.ended:
            for event in window.events():
                send(scene, event)
            scene.wait(1 / FRAMES_PER_SECOND)
            shown = scene.picture(window.area)
            window.show(with_list(shown, scene.table) if scene.helping else shown)
    finally:
        window.close()


def send(scene: Scene, event: Event) -> None:
    """Have a scene obey an event of its window."""
    from spielfeld.envs.grid_world.pygame_ce import pygame

    if event.type == pygame.QUIT:
        scene.quit()
    elif event.type == pygame.MOUSEMOTION:
        scene.point(event.pos, clicked=False)
    elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
        scene.point(event.pos, clicked=True)
    elif event.type == pygame.KEYDOWN:
        typed = event.unicode in ("+", "-", "?")
        name = event.unicode if typed else pygame.key.name(event.key)
        name = SAME_KEYS.get(name, name)
        if not scene.press(name):
            for key, act in scene.actions.items():
                if name in key.keys:
                    act()
                    return


def run_text(scene: Scene) -> None:
    """Print a scene, read a line, obey, until "quit" or the end of input: the loop of all texts."""
    scene.settle()
    print(f"{textwrap.fill(words_line(scene), WIDTH)}\n{scene.text()}")
    while True:
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        said = _answer(scene, line.strip().lower()) if line else ""
        if not line or scene.ended:
            print()
            return
        print(said)


def _answer(scene: Scene, word: str) -> str:
    """Obey a word; return the scene, or a sentence if nothing has changed."""
    said = scene.write(word)
    if said is None:
        acts = (act for key, act in scene.actions.items() if _means(key, word))
        act = next(acts, None)
        if act is None:
            return f"{word!r} is no move here. {words_line(scene)}" if word else words_line(scene)
        said = act()
    if not (said or scene.ended):
        scene.settle()
    return said or scene.text()


def _means(key: Key, word: str) -> bool:
    return word in key.words or (bool(key.words) and len(word) == 1 and word in key.keys)


def words_line(scene: Scene) -> str:
    """Return in a sentence or two the words that a terminal takes now."""
    parts = [f"Moves: {scene.moves}, then Enter."] if scene.moves else []
    parts += [f"Enter: {key.does}." for key in scene.actions if "" in key.words]
    words = [key.words[0] for key in scene.actions if any(key.words) and key not in MOVE_KEYS]
    return " ".join([*parts, f"Also: {', '.join(words)} (? lists all)."])


MOVE_KEYS = frozenset(MOVES.values())


def keys_line(keys: Sequence[Key]) -> str:
    """Return the first key of each command and its word, for the lower edge of a window."""
    names = {FASTER: "faster", SLOWER: "slower", PAUSE: "pause", VALUES: "values", POLICY: "policy"}
    names |= {LEARN: "step", STEP: "step", LEAVE: "stop watching", LIST: "help", ROWS: "rows"}
    return "    ".join(
        f"{key_label(key).split(', ')[0]}: {names.get(key) or key.words[0]}" for key in keys
    )


def below(picture: Surface, lines: Sequence[str], height: int = 0) -> Surface:
    """Return the picture, at least `height` pixels high, with lines of text in a strip below it."""
    from spielfeld.envs.grid_world import palette
    from spielfeld.envs.grid_world.pygame_ce import pygame

    width, height = picture.get_width(), max(height, picture.get_height())
    whole = pygame.Surface((width, height + LINE * len(lines)))
    whole.fill(palette.PAPER)
    whole.blit(picture, (0, 0))
    pygame.draw.rect(whole, palette.BLACK, (0, height, width, LINE * len(lines)))
    for number, words in enumerate(lines):
        size = palette.fitting_height(words, width - 12, 20) or 12
        written = palette.text(words, size, palette.WHITE)
        whole.blit(written, written.get_rect(midleft=(6, height + LINE * number + LINE // 2)))
    return whole


def with_list(picture: Surface, table: Sequence[Key]) -> Surface:
    """Return the picture, dimmed, with the list of keys on top."""
    from spielfeld.envs.grid_world import palette
    from spielfeld.envs.grid_world.pygame_ce import pygame

    rows = [(key_label(key), key.does) for key in table]
    font = next(
        (size for size in range(22, 11, -1) if _list_size(rows, size)[0] <= picture.get_width() - 8
         and _list_size(rows, size)[1] <= picture.get_height() - 8), 12,
    )  # fmt: skip
    width, height = _list_size(rows, font)
    whole = pygame.Surface(
        (max(width + 8, picture.get_width()), max(height + 8, picture.get_height()))
    )
    whole.fill(palette.BLACK)
    dimmed = picture.copy()
    dimmed.fill((110, 110, 110), special_flags=pygame.BLEND_MULT)
    whole.blit(dimmed, dimmed.get_rect(center=whole.get_rect().center))
    box = pygame.Rect(0, 0, width, height)
    box.center = whole.get_rect().center
    pygame.draw.rect(whole, palette.PAPER, box, border_radius=6)
    column = box.left + font + max(palette.width(keys, font) for keys, _ in rows) + font
    for number, (keys, does) in enumerate(rows):
        middle = box.top + int(font * (1.4 * number + 1.1))
        for left, words in ((box.left + font, keys), (column, does)):
            written = palette.text(words, font, palette.BLACK)
            whole.blit(written, written.get_rect(midleft=(left, middle)))
    return whole


def _list_size(rows: Sequence[tuple[str, str]], font: int) -> Size:
    from spielfeld.envs.grid_world import palette

    wide = sum(max(palette.width(row[column], font) for row in rows) for column in (0, 1))
    return wide + 3 * font, int(font * (1.4 * len(rows) + 0.8))


@dataclass
class Pace:
    """The speed of a policy or a player that acts in a window."""

    number: int = 2
    paused: bool = False
    single: bool = False
    waited: float = 0.0

    def commands(self) -> dict[Key, Callable[[], str]]:
        """Return the functions of the keys for the speed."""
        return {STEP: self.step, PAUSE: self.pause, FASTER: self.faster, SLOWER: self.slower}

    def faster(self) -> str:
        """Act more often."""
        self.number = min(len(PACES) - 1, self.number + 1)
        return ""

    def slower(self) -> str:
        """Act less often."""
        self.number = max(0, self.number - 1)
        return ""

    def pause(self) -> str:
        """Pause or continue."""
        self.paused = not self.paused
        return ""

    def step(self) -> str:
        """Pause, and act once."""
        self.paused = self.single = True
        return ""

    def acted(self) -> None:
        """Begin to wait for the next action."""
        self.waited, self.single = 0.0, False

    def due(self, seconds: float, pause: float | None = None) -> bool:
        """Return whether it is time to act, `seconds` after the last call.

        Args:
            seconds: Seconds since the last call.
            pause: Seconds between two actions; None for the chosen speed.
        """
        if self.paused:
            return self.single
        self.waited += seconds
        return self.waited >= (1 / PACES[self.number] if pause is None else pause)


def in_background(work: Callable[[], Answer]) -> Future[Answer]:
    """Compute something in a thread that does not delay the end of the program.

    An executor of the standard library would wait for its threads.
    """
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # is raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def patiently(work: Callable[[], Answer], words: str) -> Answer:
    """Compute something for a terminal, and print words if it takes a while."""
    future = in_background(work)
    try:
        return future.result(PATIENCE)
    except TimeoutError:
        if not future.done():
            print(words, flush=True)
        return future.result()


class Notebook(Generic[Subject, Answer]):
    """Answers that are computed in the background, one at a time, and stored.

    Args:
        ask: Answers a question about a subject.
    """

    def __init__(self, ask: Callable[[Subject], Answer]) -> None:
        self.ask = ask
        self.last: Future[Answer] | None = None
        self._answers: dict[Subject, Future[Answer]] = {}

    def look_up(self, about: Subject) -> Answer | None:
        """Return the answer if it is ready; otherwise start its computation.

        Raises:
            Exception: The error of the computation.
        """
        if about not in self._answers and (self.last is None or self.last.done()):
            self.last = self._answers[about] = in_background(partial(self.ask, about))
        known = self._answers.get(about)
        return known.result() if known is not None and known.done() else None
