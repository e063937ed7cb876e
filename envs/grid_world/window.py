"""Window that shows surfaces and returns the events of its user."""

from __future__ import annotations

import os
import sys

from spielfeld.envs.grid_world.pygame_ce import pygame

BORDER = (40, 42, 48)  # colour around a picture that is not as wide or high as the window
NO_DISPLAY = "No window can be opened here ({}): there is no display. Use a GIF or text instead."


class NoDisplayError(RuntimeError):
    """Error: there is no display for a window."""


class Window:
    """A window that opens with its first picture; pictures are scaled to its size.

    Args:
        title: Text in the title bar.
        size: Width and height in pixels at the start.
        frames_per_second: Largest rate at which `show` returns; None for no limit.
        ends_program: Whether closing the window ends the program (exit code 0) at the next
            `show`. Otherwise the reader of `events` decides.
    """

    def __init__(
        self,
        title: str,
        size: tuple[int, int],
        frames_per_second: float | None = 10,
        ends_program: bool = True,
    ) -> None:
        self.title, self.size = title, size
        self.frames_per_second, self.ends_program = frames_per_second, ends_program
        self.is_open = False
        self._clock = pygame.time.Clock()

    def open(self) -> None:
        """Open the window, unless it is open.

        Raises:
            NoDisplayError: If there is no display.
        """
        if self.is_open:
            return
        require_display()
        try:
            pygame.display.init()
            pygame.display.set_caption(self.title)
            pygame.display.set_mode(self._fitting(), pygame.RESIZABLE)
        except pygame.error as error:
            pygame.display.quit()
            raise NoDisplayError(NO_DISPLAY.format(error)) from error
        self.is_open = True

    def show(self, picture: pygame.Surface) -> None:
        """Show a surface as large as the window allows, with its proportions unchanged.

        Raises:
            NoDisplayError: If there is no display.
            SystemExit: If the window was closed, unless `ends_program` is False.
        """
        self.open()
        if self.ends_program and pygame.event.get(pygame.QUIT):
            self.close()
            raise SystemExit(0)
        pygame.event.pump()
        screen = pygame.display.get_surface()
        assert screen is not None
        box = picture.get_rect().fit(screen.get_rect())
        screen.fill(BORDER)
        exact = box.size == picture.get_size()
        screen.blit(picture if exact else pygame.transform.smoothscale(picture, box.size), box)
        pygame.display.flip()
        if self.frames_per_second:
            self._clock.tick(self.frames_per_second)

    @property
    def area(self) -> tuple[int, int]:
        """Present width and height in pixels, which the user may have changed."""
        return pygame.display.get_window_size() if self.is_open else self.size

    def events(self) -> list[pygame.event.Event]:
        """Return the pygame events since the last call."""
        return pygame.event.get() if self.is_open else []

    def close(self) -> None:
        """Close the window, if it is open; `show` opens it again."""
        if self.is_open:
            pygame.display.quit()
        self.is_open = False

    def _fitting(self) -> tuple[int, int]:
        """Return the wanted size, made smaller in proportion if the desktop is smaller."""
        width, height = pygame.display.get_desktop_sizes()[0]
        wanted = pygame.Rect((0, 0), self.size)
        desktop = pygame.Rect(0, 0, int(width * 0.95), int(height * 0.88))
        fits = wanted.width <= desktop.width and wanted.height <= desktop.height
        fitting = wanted if fits else wanted.fit(desktop)
        return fitting.width, fitting.height


def require_display() -> None:
    """Check that there is a display; without one, SDL would open an invisible window.

    Raises:
        NoDisplayError: If there is no display.
    """
    names = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    needed = sys.platform.startswith(("linux", "freebsd"))
    if needed and not any(os.environ.get(name) for name in names):
        raise NoDisplayError(NO_DISPLAY.format("DISPLAY is not set"))
