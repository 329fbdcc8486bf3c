"""The background work of late, for whoever looks after Candour."""

from flask import Blueprint, render_template

from access.policy import Permission
from store.jobs import recent_jobs
from web.authorisation import requires
from web.context import current_session

area = Blueprint("jobs", __name__)
WORDS = {
    "ingest": "Taking in files",
    "term-report": "Running a list of terms",
    "batch-go-on": "Going on with a batch",
    "batch-settle": "Ending a cancelled batch",
    "batch-reread": "Doing one step of reading again",
    "bundle": "Building a bundle",
    "separators": "Looking for separator sheets",
    "split": "Splitting a scan",
    "index": "Rebuilding the search index",
    "read-again": "Reading a page again",
    "pages-again": "Reading pages again with other settings",
    "files-again": "Trying files again that nothing could read",
}


@area.get("/jobs")
@requires(Permission.ADMINISTER)
def jobs() -> str:
    """The latest jobs, with the sentence that says why one failed."""
    return render_template("jobs/jobs.html", listed=recent_jobs(current_session(), limit=100), words=WORDS)
