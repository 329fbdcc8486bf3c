"""The closed list of what can happen, each with the sentence a person reads."""

from enum import StrEnum


class AuditAction(StrEnum):
    """The name of an event; a name once used is never given another meaning."""

    ARCHIVE_OPENED = "archive.opened"
    NOTICE_RECORDED = "notice.recorded"
    USER_ADDED = "user.added"
    USER_ROLE_CHANGED = "user.role-changed"
    USER_CLOSED = "user.closed"
    USER_REOPENED = "user.reopened"
    PASSWORD_SET = "user.password-set"  # noqa: S105 - the name of an event
    SIGNED_IN = "user.signed-in"
    SIGN_IN_FAILED = "user.sign-in-failed"
    SIGNED_OUT = "user.signed-out"
    RUN_STARTED = "ingest.run-started"
    RUN_RESUMED = "ingest.run-resumed"
    RUN_FINISHED = "ingest.run-finished"
    RUN_PAUSED = "ingest.run-paused"
    RUN_CANCEL_ASKED = "ingest.run-cancel-asked"
    RUN_CANCELLED = "ingest.run-cancelled"
    ITEMS_TRIED_AGAIN = "ingest.tried-again"
    BATCH_READ_AGAIN = "ingest.read-again"
    BATCH_LISTED = "ingest.list-exported"
    BATCH_CUSTODIAN_NAMED = "ingest.custodian-named"
    BYTES_STORED = "ingest.bytes-stored"
    RECORD_REGISTERED = "ingest.record-registered"
    ITEM_DUPLICATE = "ingest.duplicate"
    FOLDER_OPENED = "item.folder-opened"
    ITEM_QUARANTINED = "ingest.quarantined"
    PLACE_ADDED = "custody.place-added"
    PLACE_MOVED = "custody.place-moved"
    PLACE_DESCRIBED = "custody.place-described"
    PLACE_COUNTED = "custody.place-counted"
    RECORD_PLACED = "custody.record-placed"
    PAPER_TAKEN = "custody.paper-taken"
    PAPER_RETURNED = "custody.paper-returned"
    SEAL_PUT_ON = "custody.seal-put-on"
    SEAL_BROKEN = "custody.seal-broken"
    BOX_LIST_APPLIED = "custody.box-list-applied"
    LABELS_PRINTED = "custody.labels-printed"
    LOSS_RECORDED = "loss.recorded"
    LOSS_FOUND = "loss.found"
    CAPTURE_RECORDED = "capture.recorded"
    HASHES_RECORDED = "capture.hashes-recorded"
    LOSSES_EXPORTED = "loss.exported"
    REPOSITORY_RECORDED = "repository.recorded"
    STATEMENT_DRAWN = "statement.drawn"
    STATEMENT_WRITTEN = "statement.written"
    STATEMENT_SUBMITTED = "statement.submitted"
    STATEMENT_RETURNED = "statement.returned"
    STATEMENT_SIGNED = "statement.signed"
    STATEMENT_SEALED = "statement.sealed"
    STATEMENT_WITHDRAWN = "statement.withdrawn"
    STATEMENT_EXPORTED = "statement.exported"
    RECONCILED = "custody.reconciled"
    PASSWORDS_GIVEN = "ingest.passwords-given"
    PASSWORDS_FORGOTTEN = "ingest.passwords-forgotten"
    RECORD_SPLIT = "record.split"
    SPLIT_UNDONE = "record.split-undone"
    RECORD_RETITLED = "record.retitled"
    RECORD_CORRECTED = "record.corrected"
    LIKENESS_ANSWERED = "record.likeness-answered"
    RECORD_VIEWED = "record.viewed"
    FILE_DOWNLOADED = "record.file-downloaded"
    PAGE_READ_AGAIN = "page.read-again"
    PAGE_TRANSCRIBED = "page.transcribed"
    PAGE_SEEN = "page.seen"
    PAGES_READ_AGAIN = "pages.read-again"
    PAGE_VERSION_CHOSEN = "page.version-chosen"
    SUGGESTED = "retention.suggested"
    TAG_DECIDED = "retention.tag-decided"
    RELEVANCE_DECIDED = "retention.relevance-decided"
    HOLD_PLACED = "hold.placed"
    HOLD_RELEASED = "hold.released"
    RECORD_CLEARED = "hold.record-cleared"
    RECORD_PURGED = "disposal.purged"
    DISPOSAL_REFUSED = "disposal.refused"
    SEARCHED = "search.searched"
    SEARCH_SAVED = "search.saved"
    SEARCH_RUN_AGAIN = "search.run-again"
    SEARCH_WATCHED = "search.watched"
    SEARCH_ALERT_RAISED = "search.alert-raised"
    SEARCH_ALERT_LOOKED_AT = "search.alert-looked-at"
    TERM_REPORT_RUN = "search.term-report-run"
    TERM_REPORT_EXPORTED = "search.term-report-exported"
    SEARCH_RECORD_DRAFTED = "search.record-drafted"
    SEARCH_RECORD_CHANGED = "search.record-changed"
    SEARCH_RECORD_SIGNED = "search.record-signed"
    SEARCH_RECORD_SECONDED = "search.record-seconded"
    SEARCH_RECORDS_EXPORTED = "search.records-exported"
    READING_LIST_MADE = "search.reading-list-made"
    RECORD_READ = "search.record-read"
    RESULT_LIST_EXPORTED = "search.result-list-exported"
    INDEX_REBUILT = "search.index-rebuilt"
    INDEX_UNREADABLE = "search.index-unreadable"
    REQUEST_ADDED = "request.added"
    REQUEST_CHANGED = "request.changed"
    RECORD_MARKED = "disclosure.marked"
    MARK_LIFTED = "disclosure.mark-lifted"
    BUNDLE_REFUSED = "disclosure.bundle-refused"
    BUNDLE_BUILT = "disclosure.bundle-built"
    BUNDLE_DOWNLOADED = "disclosure.bundle-downloaded"
    RATE_SET = "costs.rate-set"
    EFFORT_LOGGED = "costs.effort-logged"
    SPENDING_LOGGED = "costs.spending-logged"
    COSTS_EXPORTED = "costs.exported"
    FAILING_ADDED = "failing.added"
    FAILING_CHANGED = "failing.changed"
    SELF_REPORT_EXPORTED = "failing.self-report-exported"
    ESCALATION_RAISED = "escalation.raised"
    ESCALATION_TOLD = "escalation.told"
    ESCALATION_DONE = "escalation.done"
    AUDIT_EXPORTED = "audit.exported"
    BACKED_UP = "archive.backed-up"
    RESTORED = "archive.restored"


SENTENCES: dict[AuditAction, str] = {
    AuditAction.ARCHIVE_OPENED: "opened a new archive",
    AuditAction.NOTICE_RECORDED: "recorded a retention notice",
    AuditAction.USER_ADDED: "added a user",
    AuditAction.USER_ROLE_CHANGED: "changed a user's role",
    AuditAction.USER_CLOSED: "closed a user's account",
    AuditAction.USER_REOPENED: "opened a user's account again",
    AuditAction.PASSWORD_SET: "set a password",
    AuditAction.SIGNED_IN: "signed in",
    AuditAction.SIGN_IN_FAILED: "failed to sign in",
    AuditAction.SIGNED_OUT: "signed out",
    AuditAction.RUN_STARTED: "began taking in files",
    AuditAction.RUN_RESUMED: "went on taking in files after an interruption",
    AuditAction.RUN_FINISHED: "finished taking in files",
    AuditAction.RUN_PAUSED: "paused the taking in of files",
    AuditAction.RUN_CANCEL_ASKED: "asked for the taking in of files to end",
    AuditAction.RUN_CANCELLED: "ended the taking in of files before its end",
    AuditAction.ITEMS_TRIED_AGAIN: "asked for files set aside to be tried again",
    AuditAction.BATCH_READ_AGAIN: "asked for one step of reading to be done again for a batch",
    AuditAction.BATCH_LISTED: "exported the list of a batch's files",
    AuditAction.BATCH_CUSTODIAN_NAMED: "said who kept a batch's papers before they were handed over",
    AuditAction.BYTES_STORED: "stored the bytes of a file and placed them under hold",
    AuditAction.RECORD_REGISTERED: "registered a record",
    AuditAction.ITEM_DUPLICATE: "noted another copy of bytes already held",
    AuditAction.FOLDER_OPENED: "listed a folder that could not be opened before",
    AuditAction.ITEM_QUARANTINED: "set a file aside in quarantine",
    AuditAction.PLACE_ADDED: "added a place where paper is",
    AuditAction.PLACE_MOVED: "moved a place of paper for good",
    AuditAction.PLACE_DESCRIBED: "changed the title or dates of a place",
    AuditAction.PLACE_COUNTED: "recorded how many pages were counted in a place",
    AuditAction.RECORD_PLACED: "recorded where a record's paper is",
    AuditAction.PAPER_TAKEN: "recorded that paper was taken out",
    AuditAction.PAPER_RETURNED: "recorded that paper came back",
    AuditAction.SEAL_PUT_ON: "recorded a seal put on paper",
    AuditAction.SEAL_BROKEN: "recorded that a seal was broken",
    AuditAction.BOX_LIST_APPLIED: "took over a box list",
    AuditAction.LABELS_PRINTED: "printed labels for paper",
    AuditAction.LOSS_RECORDED: "recorded what is lost or destroyed",
    AuditAction.LOSSES_EXPORTED: "exported the statement of missing records",
    AuditAction.CAPTURE_RECORDED: "recorded how a batch was scanned",
    AuditAction.HASHES_RECORDED: "recorded the hashes delivered with a batch",
    AuditAction.REPOSITORY_RECORDED: "recorded what is known of a repository, and whether it was searched",
    AuditAction.STATEMENT_DRAWN: "drew a statement to the inquiry from the register",
    AuditAction.STATEMENT_WRITTEN: "wrote in the draft of a statement to the inquiry",
    AuditAction.STATEMENT_SUBMITTED: "submitted a statement to the inquiry for approval",
    AuditAction.STATEMENT_RETURNED: "sent a statement to the inquiry back to be changed",
    AuditAction.STATEMENT_SIGNED: "approved and signed a statement to the inquiry",
    AuditAction.STATEMENT_SEALED: "sealed a statement to the inquiry",
    AuditAction.STATEMENT_WITHDRAWN: "withdrew a statement to the inquiry before it was sealed",
    AuditAction.STATEMENT_EXPORTED: "took a statement to the inquiry away as a document",
    AuditAction.LOSS_FOUND: "recorded that something thought lost was found",
    AuditAction.RECONCILED: "exported the reconciliation of paper with records",
    AuditAction.PASSWORDS_GIVEN: "gave passwords for protected files",
    AuditAction.PASSWORDS_FORGOTTEN: "had the passwords for protected files forgotten",
    AuditAction.RECORD_SPLIT: "split a scan into the documents it holds",
    AuditAction.SPLIT_UNDONE: "undid the split of a scan",
    AuditAction.RECORD_RETITLED: "changed a record's description",
    AuditAction.RECORD_CORRECTED: "corrected what is known about a record",
    AuditAction.LIKENESS_ANSWERED: "said whether two records are alike",
    AuditAction.RECORD_VIEWED: "viewed a record",
    AuditAction.FILE_DOWNLOADED: "downloaded an original",
    AuditAction.PAGE_READ_AGAIN: "had a page read again with other settings",
    AuditAction.PAGE_TRANSCRIBED: "transcribed a page by eye",
    AuditAction.PAGES_READ_AGAIN: "had pages read again with other settings",
    AuditAction.PAGE_SEEN: "looked at a page and said what it is",
    AuditAction.PAGE_VERSION_CHOSEN: "chose which reading of a page stands",
    AuditAction.SUGGESTED: "suggested categories for a record",
    AuditAction.TAG_DECIDED: "decided a category",
    AuditAction.RELEVANCE_DECIDED: "decided relevance to disclosure",
    AuditAction.HOLD_PLACED: "placed a hold",
    AuditAction.HOLD_RELEASED: "released a hold",
    AuditAction.RECORD_CLEARED: "decided, with a second reader, that a record is outside the notice",
    AuditAction.RECORD_PURGED: "purged a cleared record",
    AuditAction.DISPOSAL_REFUSED: "was refused the disposal of a record",
    AuditAction.SEARCHED: "searched",
    AuditAction.SEARCH_SAVED: "kept a search",
    AuditAction.SEARCH_RUN_AGAIN: "ran a kept search again",
    AuditAction.SEARCH_WATCHED: "decided whether new hits of a kept search are announced",
    AuditAction.SEARCH_ALERT_RAISED: "announced new hits of a kept search",
    AuditAction.SEARCH_ALERT_LOOKED_AT: "looked at new hits of a kept search",
    AuditAction.TERM_REPORT_RUN: "ran a list of terms for a term report",
    AuditAction.TERM_REPORT_EXPORTED: "exported a term report",
    AuditAction.SEARCH_RECORD_DRAFTED: "began a record of a search",
    AuditAction.SEARCH_RECORD_CHANGED: "changed the draft of a search record",
    AuditAction.SEARCH_RECORD_SIGNED: "signed a search record",
    AuditAction.SEARCH_RECORD_SECONDED: "signed a search record as its second reader",
    AuditAction.SEARCH_RECORDS_EXPORTED: "exported the search records",
    AuditAction.READING_LIST_MADE: "made a reading list of what a search found",
    AuditAction.RECORD_READ: "said that they had read a record",
    AuditAction.RESULT_LIST_EXPORTED: "exported a list of records with who reviewed each",
    AuditAction.INDEX_REBUILT: "rebuilt the search index",
    AuditAction.INDEX_UNREADABLE: "found that the search index could not be read, and began to make it anew",
    AuditAction.REQUEST_ADDED: "logged a request of the inquiry",
    AuditAction.REQUEST_CHANGED: "changed a request of the inquiry",
    AuditAction.RECORD_MARKED: "marked a record privileged or restricted",
    AuditAction.MARK_LIFTED: "lifted a mark from a record",
    AuditAction.BUNDLE_REFUSED: "was refused a bundle",
    AuditAction.BUNDLE_BUILT: "built a bundle",
    AuditAction.BUNDLE_DOWNLOADED: "downloaded a bundle",
    AuditAction.RATE_SET: "set a rate",
    AuditAction.EFFORT_LOGGED: "logged effort",
    AuditAction.SPENDING_LOGGED: "logged spending",
    AuditAction.COSTS_EXPORTED: "exported the costs",
    AuditAction.FAILING_ADDED: "recorded an institutional failing",
    AuditAction.FAILING_CHANGED: "changed a recorded failing",
    AuditAction.SELF_REPORT_EXPORTED: "exported the self-report",
    AuditAction.ESCALATION_RAISED: "raised a risk to a child or person now",
    AuditAction.ESCALATION_TOLD: "recorded who was told of a risk",
    AuditAction.ESCALATION_DONE: "closed an escalation",
    AuditAction.AUDIT_EXPORTED: "exported the audit trail",
    AuditAction.BACKED_UP: "made a backup",
    AuditAction.RESTORED: "restored a backup",
}
