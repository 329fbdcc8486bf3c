"""What the database itself refuses, whoever asks and by whatever program."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Tables none of whose rows ever goes, each with the columns that identify a row.
KEPT = {
    "audit_event": [["sequence"], ["previous_hash"], ["hash"]],
    "stored_file": [["sha256"]],
    "file_protection": [["id"]],
    "protection_release": [["protection_id"]],
    "file_clearance": [["id"]],
    "batch": [["id"], ["name"]],
    "ingest_run": [["id"]],
    "ingest_item": [["id"]],
    "record": [["id"], ["reference"]],
    "record_file": [["id"]],
    "notice": [["id"], ["reference", "version"]],
    "notice_category": [["id"], ["notice_id", "code"]],
    "suggestion": [["id"], ["record_id", "notice_id", "category"]],
    "suggestion_evidence": [["id"]],
    "decision": [["id"]],
    "hold": [["id"], ["protection_id"]],
    "hold_release": [["hold_id"]],
    "clearance": [["id"]],
    "disposal_check": [["id"]],
    "mark": [["id"]],
    "relevance": [["id"]],
    "document_number": [["id"], ["prefix", "number"], ["prefix", "record_id"]],
    "bundle": [["id"]],
    "bundle_document": [["id"], ["bundle_id", "position"]],
    "failing": [["id"], ["reference"]],
    "failing_evidence": [["id"]],
    "failing_revision": [["id"]],
    "escalation": [["id"]],
    "escalation_telling": [["id"]],
    "rate": [["id"]],
    "effort": [["id"]],
    "spending": [["id"]],
}
# Tables whose rows are never changed either.
UNCHANGED = [
    "audit_event", "protection_release", "file_clearance", "decision", "hold_release", "clearance",
    "disposal_check", "relevance", "document_number", "suggestion_evidence", "record_file", "bundle_document",
    "failing_evidence", "failing_revision",
]  # fmt: skip
# Columns that say what a row is about, and so may not be changed under it.
FIXED = {
    "stored_file": ["sha256", "md5", "size"],
    "file_protection": ["id", "sha256", "holder"],
    "hold": ["id", "sha256", "protection_id", "notice_id", "kind", "placed_at"],
    "record": ["id", "reference", "registered_at"],
    "ingest_item": ["id", "path", "run_id"],
    "ingest_run": ["id"],
    "batch": ["id", "name"],
    "notice": ["id", "reference", "version", "file_sha256"],
    "suggestion": ["id", "record_id", "category"],
    "suggestion_evidence": ["id"],
    "mark": ["id", "record_id", "kind"],
    "bundle": ["id", "sha256"],
    "failing": ["id", "reference"],
    "escalation": ["id", "record_id"],
    "page": ["id", "record_id", "number"],
}


def trigger(name: str, moment: str, condition: str, message: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return f"CREATE TRIGGER {name} {moment} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END"


def statements() -> list[str]:
    made = []
    for table, keys in KEPT.items():
        made.append(trigger(f"keep_{table}", f"BEFORE DELETE ON {table}", "", f"{table}: rows are never deleted"))
        for number, columns in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
            # REPLACE deletes the row in its way without firing a delete trigger unless recursive_triggers
            # is on, and another program's connection need not have it on: so the insert itself is refused.
            made.append(
                trigger(
                    f"keep_{table}_{number}",
                    f"BEFORE INSERT ON {table}",
                    f"EXISTS (SELECT 1 FROM {table} WHERE {same})",
                    f"{table}: a row may not be put in the place of another",
                )
            )
    for table in UNCHANGED:
        made.append(trigger(f"fix_{table}", f"BEFORE UPDATE ON {table}", "", f"{table}: rows are never changed"))
    for table, columns in FIXED.items():
        changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
        made.append(
            trigger(f"fix_{table}_key", f"BEFORE UPDATE ON {table}", changed, f"{table}: this column is fixed")
            if table not in UNCHANGED
            else ""
        )
    return [*filter(None, made), *RULES]


HELD = (
    "EXISTS (SELECT 1 FROM hold WHERE hold.record_id = {record} AND hold.released_at IS NULL) "
    "OR NOT EXISTS (SELECT 1 FROM clearance WHERE clearance.record_id = {record})"
)
PROTECTED = (
    "EXISTS (SELECT 1 FROM file_protection p WHERE p.sha256 = NEW.sha256 AND p.lifted_at IS NULL) "
    "OR NOT EXISTS (SELECT 1 FROM file_clearance c WHERE c.sha256 = NEW.sha256)"
)
UNDECIDED = (
    "EXISTS (SELECT 1 FROM page WHERE page.record_id = NEW.record_id AND page.unread = 1) "
    "OR EXISTS (SELECT 1 FROM suggestion s WHERE s.record_id = NEW.record_id AND s.status = 'open')"
)
RULES = [
    trigger(
        "escalation_is_told_before_done",
        "BEFORE UPDATE OF done_at ON escalation",
        "NEW.done_at IS NOT NULL AND EXISTS "
        "(SELECT 1 FROM escalation_telling t WHERE t.escalation_id = OLD.id AND t.told_at IS NULL)",
        "escalation: somebody has still to be told",
    ),
    trigger(
        "hold_ends_by_two",
        "BEFORE UPDATE OF released_at ON hold",
        "NEW.released_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM hold_release r WHERE r.hold_id = OLD.id)",
        "hold: it ends only by a recorded decision of two people",
    ),
    trigger(
        "hold_stays_ended",
        "BEFORE UPDATE OF released_at ON hold",
        "OLD.released_at IS NOT NULL AND NEW.released_at IS NOT OLD.released_at",
        "hold: an ended hold is history",
    ),
    trigger(
        "notice_hold_needs_clearance",
        "BEFORE INSERT ON hold_release",
        "EXISTS (SELECT 1 FROM hold h WHERE h.id = NEW.hold_id AND h.kind <> 'placed' AND NOT EXISTS "
        "(SELECT 1 FROM clearance c WHERE c.record_id = h.record_id))",
        "hold: a hold under a notice ends only when the record is decided to be outside it",
    ),
    trigger(
        "hold_keeps_its_record",
        "BEFORE UPDATE OF record_id ON hold",
        "OLD.record_id IS NOT NULL AND NEW.record_id IS NOT OLD.record_id",
        "hold: it stays with its record",
    ),
    trigger(
        "clearance_needs_reading",
        "BEFORE INSERT ON clearance",
        UNDECIDED,
        "clearance: a page is unread or a suggestion undecided",
    ),
    trigger(
        "protection_lifts_by_two",
        "BEFORE UPDATE OF lifted_at ON file_protection",
        "NEW.lifted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM protection_release r WHERE r.protection_id = OLD.id)",
        "file_protection: it is lifted only by a recorded decision of two people",
    ),
    trigger(
        "bytes_stay_while_protected",
        "BEFORE UPDATE OF removed_at ON stored_file",
        f"NEW.removed_at IS NOT NULL AND ({PROTECTED})",
        "stored_file: these bytes are held, or nobody has cleared them",
    ),
    trigger(
        "record_stays_while_held",
        "BEFORE UPDATE OF purged_at ON record",
        f"NEW.purged_at IS NOT NULL AND ({HELD.format(record='OLD.id')})",
        "record: it is held, or nobody has cleared it",
    ),
    trigger(
        "page_stays_while_held",
        "BEFORE DELETE ON page",
        HELD.format(record="OLD.record_id"),
        "page: its record is held, or nobody has cleared it",
    ),
    trigger(
        "page_is_not_replaced",
        "BEFORE INSERT ON page",
        "EXISTS (SELECT 1 FROM page p WHERE p.id = NEW.id OR (p.record_id = NEW.record_id AND p.number = NEW.number))",
        "page: a row may not be put in the place of another",
    ),
    trigger(
        "page_text_stays_while_held",
        "BEFORE UPDATE OF text, layer_text, unread ON page",
        HELD.format(record="OLD.record_id"),
        "page: its record is held, or nobody has cleared it",
    ),
]


def upgrade() -> None:
    for statement in statements():
        op.execute(statement)


def downgrade() -> None:
    for statement in statements():
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
