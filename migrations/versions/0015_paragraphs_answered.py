"""Which paragraphs of the inquiry's requests a record answers, and what of it a signed search record covers."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def guards() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'relevance_paragraph: rows are never deleted, changed or replaced'); END"
    same = "relevance_id = NEW.relevance_id AND paragraph_id = NEW.paragraph_id"
    return [
        f"CREATE TRIGGER keep_relevance_paragraph BEFORE DELETE ON relevance_paragraph {refuse}",
        f"CREATE TRIGGER fix_relevance_paragraph BEFORE UPDATE ON relevance_paragraph {refuse}",
        "CREATE TRIGGER keep_relevance_paragraph_0 BEFORE INSERT ON relevance_paragraph "
        f"WHEN EXISTS (SELECT 1 FROM relevance_paragraph WHERE {same}) {refuse}",
        "CREATE TRIGGER search_record_answered_is_signed BEFORE UPDATE OF answered_records ON search_record "
        "WHEN OLD.signed_at IS NOT NULL AND NEW.answered_records IS NOT OLD.answered_records "
        "BEGIN SELECT RAISE(ABORT, 'search_record: it is signed; a correction is a new version'); END",
    ]


def upgrade() -> None:
    op.create_table('relevance_paragraph',
    sa.Column('relevance_id', sa.Integer(), nullable=False),
    sa.Column('paragraph_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['paragraph_id'], ['request_paragraph.id'], name=op.f('fk_relevance_paragraph_paragraph_id_request_paragraph')),
    sa.ForeignKeyConstraint(['relevance_id'], ['relevance.id'], name=op.f('fk_relevance_paragraph_relevance_id_relevance')),
    sa.PrimaryKeyConstraint('relevance_id', 'paragraph_id', name=op.f('pk_relevance_paragraph'))
    )
    op.create_index(op.f('ix_relevance_paragraph_paragraph_id'), 'relevance_paragraph', ['paragraph_id'], unique=False)
    op.add_column("search_record", sa.Column("answered_records", sa.Text(), nullable=True))
    for statement in guards():
        op.execute(statement)


def downgrade() -> None:
    for statement in guards():
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    op.drop_column("search_record", "answered_records")
    op.drop_index(op.f('ix_relevance_paragraph_paragraph_id'), table_name='relevance_paragraph')
    op.drop_table('relevance_paragraph')
    op.execute("DELETE FROM search_fact WHERE field = 'answers'")
