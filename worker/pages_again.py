"""Many pages read again with other settings, one after another, each kept before the next is begun."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from access.policy import Actor, Permission, require
from ingest.page_settings import PageSettings
from ingest.pages_meant import Which, pages_meant
from ingest.reading import UnreadableFile
from search import indexing
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import NotFoundError, RefusedError
from worker.page_work import look_through_again, read_again

Beat = Callable[[int, int], None]


@dataclass
class PagesAgain:
    """How many pages were read again, of how many the new reading stands, and how many could not be."""

    pages: int = 0
    better: int = 0
    left: int = 0


def read_pages_again(
    archive: Archive, which: Which, settings: PageSettings, *, insist: bool = False, actor: Actor, beat: Beat
) -> PagesAgain:
    """Each of the pages was read again as asked; the better of the two readings of each stands, both are kept.

    The turn asked for is from how each page is shown. Nothing a person typed or said is replaced unless they insist.

    Raises:
        InvalidInputError: Nothing says which pages are meant.
        RefusedError: No page fits.
    """
    require(actor, Permission.TRANSCRIBE)
    with archive.reading() as session:
        wanted = pages_meant(session, which, actor=actor)
    if not wanted:
        raise RefusedError(
            "No page fits: none that has a picture was left unread for that reason, there and of that kind."
        )
    with archive.writing() as session:
        subject = f"record:{which.record}" if which.record else f"batch:{which.batch}" if which.batch else "archive"
        detail = {"pages": len(wanted), "reason": which.reason, "kind": which.kind, "settings": settings.in_words}
        audit.record(session, AuditAction.PAGES_READ_AGAIN, actor=actor.name, subject=subject, detail=detail)
    made = PagesAgain()
    for page in wanted:
        turned = replace(settings, turn=(page.rotation + settings.turn) % 360)
        try:
            made.better += read_again(archive, page.record, page.number, turned, insist=insist, actor=actor).stands
            made.pages += 1
        except (RefusedError, NotFoundError, UnreadableFile):
            made.left += 1  # nothing of the page changed
        beat(made.pages + made.left, len(wanted))
    look_through_again(archive)
    indexing.bring_up_to_date(archive, in_passing=True)
    return made
