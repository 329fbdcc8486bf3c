"""Statements to the inquiry, and the guards that keep them as they were signed."""

import sqlalchemy as sa
import store.database
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIXED = ["id", "scope", "request_id", "kind", "label", "supersedes_id", "made_by", "made_at"]
DRAWN = ["facts", "facts_sha256", "drawn_by", "as_of", "audit_sequence", "audit_hash", "submitted_by", "submitted_at"]
SIGNED = ["signed_by", "signed_at", "signatory", "office", "acknowledged"]
SEALED = ["sealed_by", "sealed_at", "sha256", "word_sha256", "pdf_sha256"]
STEPS = [
    ("draft", "submitted"),
    ("submitted", "draft"),
    ("submitted", "signed"),
    ("signed", "sealed"),
    ("draft", "withdrawn"),
    ("submitted", "withdrawn"),
    ("signed", "withdrawn"),
]


def trigger(name: str, moment: str, condition: str, message: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return f"CREATE TRIGGER {name} {moment} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END"


def changed(columns: list[str]) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns) + ")"


def no_draft(which: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM statement s WHERE s.id = {which}.statement_id AND s.state = 'draft')"


STEP = " OR ".join(f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, new in STEPS)
AUTHOR = "SELECT 1 FROM statement_text t WHERE t.statement_id = OLD.id AND t.written_by = NEW.signed_by"
GUARDS = [
    trigger("keep_statement", "BEFORE DELETE ON statement", "", "statement: rows are never deleted"),
    trigger(
        "keep_statement_0",
        "BEFORE INSERT ON statement",
        "EXISTS (SELECT 1 FROM statement WHERE id = NEW.id OR (scope = NEW.scope AND label = NEW.label))",
        "statement: a row may not be put in the place of another",
    ),
    trigger(
        "statement_begins_as_a_draft",
        "BEFORE INSERT ON statement",
        "NEW.state <> 'draft'",
        "statement: it begins as a draft",
    ),
    trigger("fix_statement_key", "BEFORE UPDATE ON statement", changed(FIXED), "statement: this column is fixed"),
    trigger(
        "statement_goes_step_by_step",
        "BEFORE UPDATE OF state ON statement",
        f"NEW.state <> OLD.state AND NOT ({STEP})",
        "statement: it goes from draft to submitted to signed to sealed",
    ),
    trigger(
        "statement_is_drawn_as_a_draft",
        "BEFORE UPDATE ON statement",
        f"OLD.state <> 'draft' AND {changed(DRAWN)}",
        "statement: it is no draft any more; a correction is the next one",
    ),
    trigger(
        "statement_is_signed_once",
        "BEFORE UPDATE ON statement",
        f"NOT (OLD.state = 'submitted' AND NEW.state = 'signed') AND {changed(SIGNED)}",
        "statement: it is signed once, when it was submitted",
    ),
    trigger(
        "statement_is_signed_by_another",
        "BEFORE UPDATE OF state ON statement",
        "NEW.state = 'signed' AND (NEW.signed_by = '' OR NEW.signatory = '' OR NEW.office = '' OR NEW.signed_at IS NULL "
        f"OR NEW.signed_by IN (OLD.made_by, OLD.drawn_by, OLD.submitted_by) OR EXISTS ({AUTHOR}))",
        "statement: it is signed by somebody who had no hand in it",
    ),
    trigger(
        "statement_is_sealed_once",
        "BEFORE UPDATE ON statement",
        f"NOT (OLD.state = 'signed' AND NEW.state = 'sealed') AND {changed(SEALED)}",
        "statement: it is sealed once, when it was signed",
    ),
    trigger(
        "statement_has_a_seal",
        "BEFORE UPDATE OF state ON statement",
        "NEW.state = 'sealed' AND (NEW.sha256 = '' OR NEW.sealed_by = '' OR NEW.sealed_at IS NULL "
        "OR NEW.word_sha256 IS NULL OR NEW.pdf_sha256 IS NULL)",
        "statement: a seal has a hash and its documents",
    ),
    trigger(
        "statement_stays_as_it_ended",
        "BEFORE UPDATE ON statement",
        "OLD.state IN ('sealed', 'withdrawn')",
        "statement: it is sealed or withdrawn, and stays as it is",
    ),
    trigger("text_is_written_in_a_draft", "BEFORE INSERT ON statement_text", no_draft("NEW"), "statement: no draft"),
    trigger("text_is_changed_in_a_draft", "BEFORE UPDATE ON statement_text", no_draft("OLD"), "statement: no draft"),
    trigger(
        "text_stays_with_its_statement",
        "BEFORE UPDATE ON statement_text",
        changed(["statement_id", "subject"]),
        "statement_text: this column is fixed",
    ),
    trigger("text_is_taken_from_a_draft", "BEFORE DELETE ON statement_text", no_draft("OLD"), "statement: no draft"),
]


def upgrade() -> None:
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", store.database.Moment(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("facts_sha256", sa.String(), nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.Column("as_of", store.database.Moment(), nullable=False),
        sa.Column("audit_sequence", sa.Integer(), nullable=False),
        sa.Column("audit_hash", sa.String(), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("submitted_at", store.database.Moment(), nullable=True),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", store.database.Moment(), nullable=True),
        sa.Column("signatory", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("acknowledged", sa.Text(), nullable=False),
        sa.Column("sealed_by", sa.String(), nullable=False),
        sa.Column("sealed_at", store.database.Moment(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("word_sha256", sa.String(), nullable=True),
        sa.Column("pdf_sha256", sa.String(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", store.database.Moment(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('interim', 'final')", name=op.f("ck_statement_known_kind")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'signed', 'sealed', 'withdrawn')", name=op.f("ck_statement_known_state")
        ),
        sa.CheckConstraint(
            "signed_by = '' OR (signed_by <> drawn_by AND signed_by <> made_by)", name=op.f("ck_statement_two_people")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_statement_request_id_request")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["statement.id"], name=op.f("fk_statement_supersedes_id_statement")
        ),
        sa.ForeignKeyConstraint(
            ["word_sha256"], ["stored_file.sha256"], name=op.f("fk_statement_word_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["pdf_sha256"], ["stored_file.sha256"], name=op.f("fk_statement_pdf_sha256_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("scope", "label", name=op.f("uq_statement_scope_label")),
    )
    op.create_index(
        "uq_statement_open",
        "statement",
        ["scope"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'signed')"),
    )
    op.create_table(
        "statement_text",
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", store.database.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_text_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("statement_id", "subject", name=op.f("pk_statement_text")),
    )
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for statement in GUARDS:
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    op.drop_table("statement_text")
    op.drop_index("uq_statement_open", table_name="statement")
    op.drop_table("statement")
