"""How a person asks for one page to be read again: language, which way up, how closely, what layout, how long."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from store.errors import InvalidInputError

LANGUAGES = {"auto": "as it seems", "eng": "English", "cym": "Welsh and English"}
TURNS = {0: "as it stands", 90: "turned right", 180: "turned upside down", 270: "turned left"}
RESOLUTIONS = {"normal": "normal", "low": "lower, for a page that broke a limit", "high": "higher, for small print"}
LAYOUTS = {
    "auto": "as it seems",
    "sparse": "words scattered over the page: forms, plans, stamps",
    "column": "one column",
    "block": "one block of text",
}
SHORTEST_SECONDS, LONGEST_SECONDS = 10, 1800


@dataclass(frozen=True)
class PageSettings:
    """What is asked of the machine; `turn` is clockwise, from how the page stands in its file."""

    language: str = "auto"
    turn: int = 0
    resolution: str = "normal"
    layout: str = "auto"
    seconds: int = 120

    def __post_init__(self) -> None:
        """Refuses what cannot be asked.

        Raises:
            InvalidInputError: One of the settings is none of those that there are.
        """
        asked = (("language", LANGUAGES), ("turn", TURNS), ("resolution", RESOLUTIONS), ("layout", LAYOUTS))
        for name, known in asked:
            if getattr(self, name) not in known:
                choices = ", ".join(map(str, known))
                raise InvalidInputError(f"The page was not read again: its {name} must be one of {choices}.")
        if not SHORTEST_SECONDS <= self.seconds <= LONGEST_SECONDS:
            raise InvalidInputError(
                f"The page was not read again: allow it from {SHORTEST_SECONDS} to {LONGEST_SECONDS} seconds."
            )

    @property
    def in_words(self) -> str:
        """The settings as a person reads them."""
        return (
            f"language {LANGUAGES[self.language]}; {TURNS[self.turn]}; resolution {self.resolution}; "
            f"layout {LAYOUTS[self.layout].split(':')[0]}; at most {self.seconds} seconds"
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can carry."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "PageSettings":
        """The settings that `to_dict` described."""
        return cls(**values)
