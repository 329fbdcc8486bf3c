"""Every reading and transcript of a page is kept; a held page changes only by what is kept of it."""

import sqlalchemy as sa
from alembic import op

from store.database import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

HELD = (
    "(EXISTS (SELECT 1 FROM hold WHERE hold.record_id = {record} AND hold.released_at IS NULL) "
    "OR NOT EXISTS (SELECT 1 FROM clearance WHERE clearance.record_id = {record}))"
)
# What the page says before and after the change both stand in kept versions, so that nothing it said is lost.
KEPT = (
    "(NEW.version <> OLD.version AND EXISTS (SELECT 1 FROM page_version v WHERE v.page_id = OLD.id AND "
    "v.version = OLD.version AND v.text = OLD.text AND v.layer_text IS OLD.layer_text AND v.ocr_text IS OLD.ocr_text "
    "AND v.unread = OLD.unread AND v.read_by = OLD.read_by) AND EXISTS (SELECT 1 FROM page_version v WHERE "
    "v.page_id = OLD.id AND v.version = NEW.version AND v.text = NEW.text AND v.layer_text IS NEW.layer_text AND "
    "v.ocr_text IS NEW.ocr_text AND v.unread = NEW.unread AND v.read_by = NEW.read_by))"
)
PAGE_COLUMNS = (
    ("ocr_text", sa.Text(), None),
    ("version", sa.Integer(), "1"),
    ("layer_word_share", sa.Double(), None),
    ("layer_unnamed_share", sa.Double(), None),
    ("image_share", sa.Double(), None),
)


def trigger(name: str, moment: str, condition: str, message: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return f"CREATE TRIGGER {name} {moment} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END"


FIRST_GUARD = trigger(
    "page_text_stays_while_held",
    "BEFORE UPDATE OF text, layer_text, unread ON page",
    HELD.format(record="OLD.record_id")[1:-1],
    "page: its record is held, or nobody has cleared it",
)
GUARDS = [
    trigger(
        "page_text_stays_while_held",
        "BEFORE UPDATE OF text, layer_text, ocr_text, read_by, unread, version ON page",
        f"{HELD.format(record='OLD.record_id')} AND NOT {KEPT}",
        "page: its record is held, or nobody has cleared it",
    ),
    trigger("fix_page_version", "BEFORE UPDATE ON page_version", "", "page_version: rows are never changed"),
    trigger(
        "page_version_stays_while_held",
        "BEFORE DELETE ON page_version",
        HELD.format(record="(SELECT record_id FROM page WHERE page.id = OLD.page_id)"),
        "page_version: its record is held, or nobody has cleared it",
    ),
    trigger(
        "page_version_is_not_replaced",
        "BEFORE INSERT ON page_version",
        "EXISTS (SELECT 1 FROM page_version v WHERE v.id = NEW.id "
        "OR (v.page_id = NEW.page_id AND v.version = NEW.version))",
        "page_version: a row may not be put in the place of another",
    ),
    trigger(
        "clearance_needs_looking_through",
        "BEFORE INSERT ON clearance",
        "EXISTS (SELECT 1 FROM suggest_need n WHERE n.record_id = NEW.record_id)",
        "clearance: the text changed and has not been looked through since",
    ),
]


def upgrade() -> None:
    op.create_table(
        "page_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("layer_text", sa.Text(), nullable=True),
        sa.Column("ocr_text", sa.Text(), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_page_version_page_id_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_version")),
        sa.UniqueConstraint("page_id", "version", name=op.f("uq_page_version_page_id_version")),
    )
    op.create_index(op.f("ix_page_version_page_id"), "page_version", ["page_id"], unique=False)
    op.create_table(
        "suggest_need",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_suggest_need_record_id_record")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_suggest_need")),
    )
    # Added in place: making the table anew, as Alembic's batch mode does, would drop its guards.
    for name, kind, default in PAGE_COLUMNS:
        op.add_column("page", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index(op.f("ix_page_read_by"), "page", ["read_by"], unique=False)
    op.execute("DROP TRIGGER page_text_stays_while_held")
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for statement in GUARDS:
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    op.execute("DROP TABLE suggest_need")
    op.execute("DROP TABLE page_version")
    op.drop_index(op.f("ix_page_read_by"), table_name="page")
    for name, _, _ in reversed(PAGE_COLUMNS):
        op.execute(f"ALTER TABLE page DROP COLUMN {name}")
    op.execute(FIRST_GUARD)
