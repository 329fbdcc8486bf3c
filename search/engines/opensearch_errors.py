"""What goes wrong between us and an OpenSearch server, in one sentence that leads out and holds no secret."""

from collections.abc import Iterator
from contextlib import contextmanager

from opensearchpy.exceptions import ConnectionError as Unreachable
from opensearchpy.exceptions import ConnectionTimeout as TooSlow
from opensearchpy.exceptions import OpenSearchException, SerializationError
from opensearchpy.exceptions import SSLError as NotTrusted

from search.engines.errors import MENDED, IndexUnreadableError
from store.errors import CandourError


class SearchUnreachableError(CandourError):
    """The search server does not answer, or not to us; trying again later is right."""

    status_code = 503


# By the server's own name for what is wrong, of which an answer can hold several; the first that is there is told.
_SENTENCES = {
    "disk": "has too little room on its disk and takes no more documents: make room there, and it takes them again",
    "cluster_block_exception": "takes no changes, because they are blocked in its settings or it has no leader: see"
    " that all its machines run, and have the block taken off by who looks after it",
    "index_not_found_exception": f"lost an index while it was written to: {MENDED}",
    "shards": "holds as many indexes as it may (one for each compartment, two while they are made anew): have those"
    " that nobody needs removed there, or cluster.max_shards_per_node raised",
    "search_context_missing_exception": "let go of what was being read, because a machine went away or the reading"
    " took longer than two minutes: try again",
    "no_shard_available_action_exception": "has a part of the index on no machine that runs: see that all its machines"
    " run, and try again",
    "index_closed_exception": "has a part of the index closed: have it opened by who looks after the server",
    "circuit_breaking_exception": "is short of memory: try again, and give it more where that is told often",
    "opensearch_rejected_execution_exception": "has too much to do: try again, and add a machine where that is told"
    " often",
    "rejected_execution_exception": "has too much to do: try again, and add a machine where that is told often",
}
_REASONS = {"disk usage exceeded": "disk", "create-index blocked": "disk", "maximum shards open": "shards"}
_BY_STATUS = {
    401: "refuses the user or the password: put the right one in the file that CANDOUR_SEARCH_PASSWORD_FILE names",
    403: "knows the user, who may not do what was asked: give the user the role that the administrator's guide lists",
    413: "takes no request as large as this one: have http.max_content_length raised there to 100mb, its usual value",
    429: "has too much to do: try again, and add a machine where that is told often",
    503: "has a part of the index on no machine that runs: see that all its machines run, and try again",
}


@contextmanager
def asking(place: object) -> Iterator[None]:
    """Whatever a call to the server at that place raises is one of two errors.

    Raises:
        SearchUnreachableError: It cannot be reached, refuses us, or cannot do it now.
        IndexUnreadableError: Our indexes on it are not as they should be.
    """
    try:
        yield
    except NotTrusted as error:
        raise SearchUnreachableError(
            f"The search server {place} is not trusted, and was sent nothing: its certificate must be for that name, be"
            " valid today, and be signed by an authority in the file that CANDOUR_SEARCH_CA_FILE names."
        ) from error
    except TooSlow as error:
        raise SearchUnreachableError(
            f"The search server {place} did not answer in time: see that it runs and is not overloaded, and try again."
        ) from error
    except Unreachable as error:
        raise SearchUnreachableError(
            f"The search server {place} cannot be reached: see that it runs, and that CANDOUR_SEARCH_URL says https"
            " where it speaks that."
        ) from error
    except SerializationError as error:
        raise SearchUnreachableError(_stranger(place)) from error
    except OpenSearchException as error:
        raise _said(place, error) from error


def refused(place: object, failed: dict[str, object], number: int, of: int) -> SearchUnreachableError:
    """What is said of documents that the server did not take, by what it says of the first of them."""
    why = _sentence(failed) or f"did not take {number} of {of} documents ({failed.get('type', 'unknown')}): try again"
    return SearchUnreachableError(f"The search server {place} {why}.")


def _said(place: object, error: OpenSearchException) -> CandourError:
    status, told = getattr(error, "status_code", None), getattr(error, "info", None)
    names = {name for name, _ in _named(told)}
    if status == 404 and names & {"index_not_found_exception", "aliases_not_found_exception"}:
        return IndexUnreadableError(f"The search index is not on the server {place}: {MENDED}.")
    why = _sentence(told) or _BY_STATUS.get(status if isinstance(status, int) else 0)
    if why:
        return SearchUnreachableError(f"The search server {place} {why}.")
    if isinstance(status, int) and 400 <= status < 500 and not names:
        return SearchUnreachableError(_stranger(place))
    named = ", ".join(filter(None, [f"status {status}", *sorted(names)]))
    return SearchUnreachableError(f"The search server {place} cannot answer ({named}): its own log says why.")


def _stranger(place: object) -> str:
    return f"What answers at {place} is no search server: see that CANDOUR_SEARCH_URL names the right one."


def _sentence(told: object) -> str | None:
    named = list(_named(told))
    for _, reason in named:
        for part, name in _REASONS.items():
            if part in reason:
                return _SENTENCES[name]
    return next((_SENTENCES[name] for name, _ in named if name in _SENTENCES), None)


def _named(told: object) -> Iterator[tuple[str, str]]:
    """Every error's name and reason that the server's answer holds, wherever in it."""
    if isinstance(told, dict):
        if isinstance(told.get("type"), str):
            yield told["type"], str(told.get("reason", ""))
        for each in told.values():
            yield from _named(each)
    elif isinstance(told, list):
        for each in told:
            yield from _named(each)
