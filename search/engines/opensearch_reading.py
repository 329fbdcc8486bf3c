"""What a query needs read on the server before it can be asked: kept words, and the words near one that is unknown."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from search import language_fields as fields
from search.engines.broken_words import JOINED
from search.engines.kept_words import holding, unpack_field
from search.engines.opensearch_compartments import Compartments, Together
from search.engines.opensearch_queries import QueryMaker
from search.engines.opensearch_schema import ID, KEPT, word_field
from search.engines.opensearch_server import Server
from search.language_tree import Asked, Placed, meaning

READ_AT_ONCE = 1_000
"""Documents whose words are read in one request."""
NEAR_WORDS = 50


def made_for(query: Asked, together: Together) -> dict[str, Any]:
    """The query as these indexes are asked it."""
    return QueryMaker(_Reading(together)).make(meaning(query))


class _Reading:
    """Reads the kept words of candidates on behalf of a query."""

    def __init__(self, together: Together) -> None:
        self._together = together

    def __call__(self, placed: Placed, names: Sequence[str], candidates: dict[str, Any]) -> Mapping[str, Sequence[int]]:
        """For each of the fields the ids of those of the candidates that hold it there."""
        ids: dict[str, list[int]] = {name: [] for name in names}
        body = {"query": candidates, "docvalue_fields": [ID], "_source": [KEPT]}
        hits = self._together.every_hit(body, at_once=READ_AT_ONCE) if self._together.names else iter(())
        # Some at a time: the words of a long record are many.
        while some := list(islice(hits, READ_AT_ONCE)):
            numbers = [int(hit["fields"][ID][0]) for hit in some]
            kept = [str(hit["_source"][KEPT]) for hit in some]
            for name in names:
                held = holding(placed, name, (unpack_field(each, name) for each in kept))
                ids[name] += [numbers[i] for i in held]
        return ids


class NearWords:
    """The words that the asker's documents hold, as OpenSearch's own suggester knows them."""

    def __init__(self, server: Server, compartments: Compartments, seen: frozenset[str]) -> None:
        self._server = server
        self._compartments = compartments
        self._seen = seen

    def within(self, text: str, edits: int) -> list[str]:
        """Words within so many letters of the text."""
        found = self._compartments.each(self._seen, lambda together: self._near(together.names, text, edits))
        return sorted({word for some in found for word in some})

    def _near(self, indexes: Sequence[str], text: str, edits: int) -> set[str]:
        if not indexes:
            return set()
        wanted = {
            "suggest_mode": "always",
            "max_edits": edits,
            "prefix_length": 0,
            # Of each index as many as of one alone.
            "size": NEAR_WORDS * len(indexes),
            "shard_size": NEAR_WORDS,
            "min_word_length": 3,
        }
        names = (*fields.PLAIN_FIELDS, JOINED)
        asked = {name: {"text": text, "term": {**wanted, "field": word_field(name)}} for name in names}
        answer = self._server.search(indexes, {"size": 0, "suggest": asked})
        return {
            str(option["text"]) for name in names for entry in answer["suggest"][name] for option in entry["options"]
        }
