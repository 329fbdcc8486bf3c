"""Everybody who ever had a hand in a statement: none of them signs it, whoever changed it after them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEPT = "BEGIN SELECT RAISE(ABORT, 'statement_hand: rows are never deleted, changed or replaced'); END"
NO_DRAFT = "NOT EXISTS (SELECT 1 FROM statement s WHERE s.id = NEW.statement_id AND s.state = 'draft')"
GUARDS = [
    f"CREATE TRIGGER keep_statement_hand BEFORE DELETE ON statement_hand {KEPT}",
    f"CREATE TRIGGER fix_statement_hand BEFORE UPDATE ON statement_hand {KEPT}",
    "CREATE TRIGGER keep_statement_hand_0 BEFORE INSERT ON statement_hand WHEN EXISTS (SELECT 1 FROM statement_hand "
    f"WHERE statement_id = NEW.statement_id AND name = NEW.name) {KEPT}",
    f"CREATE TRIGGER hand_is_laid_on_a_draft BEFORE INSERT ON statement_hand WHEN {NO_DRAFT} "
    "BEGIN SELECT RAISE(ABORT, 'statement: no draft'); END",
]
# What was written in, and then written in or taken out by another, is known only by the audit trail.
FOUND = """
INSERT INTO statement_hand (statement_id, name)
SELECT id, made_by FROM statement
UNION SELECT id, drawn_by FROM statement
UNION SELECT id, submitted_by FROM statement WHERE submitted_by <> ''
UNION SELECT statement_id, written_by FROM statement_text
UNION SELECT s.id, e.actor FROM statement s JOIN audit_event e ON e.subject = 'statement:' || printf('DS%04d', s.id)
WHERE e.action IN ('statement.drawn', 'statement.written', 'statement.submitted')
"""


def signed_by_another(told: bool) -> str:
    """The guard of the signature: with the hands that were told, or as it was before."""
    written = "SELECT 1 FROM statement_text t WHERE t.statement_id = OLD.id AND t.written_by = NEW.signed_by"
    hand = "SELECT 1 FROM statement_hand h WHERE h.statement_id = OLD.id AND h.name = NEW.signed_by"
    return (
        "CREATE TRIGGER statement_is_signed_by_another BEFORE UPDATE OF state ON statement WHEN NEW.state = 'signed' "
        "AND (NEW.signed_by = '' OR NEW.signatory = '' OR NEW.office = '' OR NEW.signed_at IS NULL "
        f"OR NEW.signed_by IN (OLD.made_by, OLD.drawn_by, OLD.submitted_by) OR EXISTS ({written})"
        f"{f' OR EXISTS ({hand})' if told else ''}) BEGIN SELECT RAISE(ABORT, "
        "'statement: it is signed by somebody who had no hand in it'); END"
    )


def upgrade() -> None:
    op.create_table(
        "statement_hand",
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_hand_statement_id_statement")
        ),
        sa.PrimaryKeyConstraint("statement_id", "name", name=op.f("pk_statement_hand")),
    )
    op.execute(FOUND)
    for statement in GUARDS:
        op.execute(statement)
    op.execute("DROP TRIGGER statement_is_signed_by_another")
    op.execute(signed_by_another(told=True))


def downgrade() -> None:
    op.execute("DROP TRIGGER statement_is_signed_by_another")
    op.execute(signed_by_another(told=False))
    for statement in GUARDS:
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    op.drop_table("statement_hand")
