"""What lies in a restricted or privileged record is indexed again: it told where copies of that were found."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO index_need (record_id, since) "
        "WITH RECURSIVE inside (id) AS ("
        "SELECT id FROM record WHERE parent_id IN (SELECT id FROM record WHERE compartment <> 'open') "
        "UNION SELECT record.id FROM record JOIN inside ON record.parent_id = inside.id) "
        "SELECT id, strftime('%Y-%m-%d %H:%M:%f000', 'now') FROM inside "
        "WHERE id NOT IN (SELECT record_id FROM index_need)"
    )


def downgrade() -> None:
    """Nothing to undo: an index that is up to date stays so."""
