"""Comparing what was taken in with what is held: in small steps, whenever nothing more pressing waits."""

from collections.abc import Callable

from records import near_duplicates
from records.shingles import PageShingles, shingles_of
from records.signatures import Signatures, signatures_to_change
from store.archive import Archive
from store.chunks import chunks
from store.errors import RefusedError

# Pages, not records: one record may have thousands, and memory must stay flat.
SIGNED_AT_ONCE, COMPARED_AT_ONCE = 2_000, 400
# Records whose likenesses go through one short transaction.
KEPT_AT_ONCE = 100
Report = Callable[[int, int], None]


def compare_some(archive: Archive) -> int:
    """Some records that waited are signed, or where none waited for that, compared; how many.

    Signing goes first, so that what is common is known before anything is compared. Where another process is at it
    already, nothing is done.
    """
    with archive.reading() as session:
        if not near_duplicates.any_waiting(session):
            return 0
    try:
        with signatures_to_change(archive.settings.signatures) as signatures:
            return _sign(archive, signatures) or _compare(archive, signatures)
    except RefusedError:
        return 0


def compare_all(archive: Archive, *, again: bool = False, report: Report | None = None) -> int:
    """Every record held is compared with every other; how many were gone through.

    With `again` the signatures are made anew from the database first.

    Raises:
        RefusedError: Another process is comparing.
    """
    done = 0
    with signatures_to_change(archive.settings.signatures) as signatures:
        if again:
            signatures.clear()
            with archive.writing() as session:
                near_duplicates.forget_signing(session)
        with archive.reading() as session:
            total = near_duplicates.count_to_compare(session)
        while _sign(archive, signatures):
            continue
        while compared := _compare(archive, signatures):
            done += compared
            if report:
                report(done, total)
    return done


def _sign(archive: Archive, signatures: Signatures) -> int:
    with archive.reading() as session:
        lost = signatures.is_missing and near_duplicates.any_signed(session)
    if lost:  # a restored archive, or a folder that somebody emptied
        with archive.writing() as session:
            near_duplicates.forget_signing(session)
    with archive.reading() as session:
        waiting = near_duplicates.records_to_sign(session, pages=SIGNED_AT_ONCE)
        texts = near_duplicates.texts_to_sign(session, waiting)
    if not waiting:
        return 0
    signed = {record_id: {number: shingles_of(text) for number, text in pages} for record_id, pages in texts.items()}
    # Before the rows: signed twice after a crash does no harm, signed never would.
    signatures.add(pair for pages in signed.values() for pair in pages.items())
    with archive.writing() as session:
        near_duplicates.keep_signing(session, {record_id: list(pages.values()) for record_id, pages in signed.items()})
    return len(waiting)


def _compare(archive: Archive, signatures: Signatures) -> int:
    with archive.reading() as session:
        waiting = near_duplicates.records_to_compare(session, pages=COMPARED_AT_ONCE)
        own: dict[int, PageShingles] = {
            number: shingles_of(text)
            for pages in near_duplicates.texts_to_sign(session, waiting).values()
            for number, text in pages
        }
        found = near_duplicates.pages_alike(session, signatures.candidates(own), own, signatures.common)
    for some in chunks(waiting, KEPT_AT_ONCE):
        with archive.writing() as session:
            near_duplicates.keep_all_likenesses(session, {number: found.get(number, []) for number in some})
    return len(waiting)
