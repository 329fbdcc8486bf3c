"""Custodians of batches, the places of copies, and both as facts that search can filter on."""

import sqlalchemy as sa
import store.database
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch", sa.Column("custodian", sa.String(), nullable=False, server_default=""))
    op.create_table('copy_place',
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('said_by', sa.String(), nullable=False),
    sa.Column('said_at', store.database.Moment(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['record_file.id'], name=op.f('fk_copy_place_file_id_record_file')),
    sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_copy_place_place_id_place')),
    sa.PrimaryKeyConstraint('file_id', name=op.f('pk_copy_place'))
    )
    op.create_index(op.f('ix_copy_place_place_id'), 'copy_place', ['place_id'], unique=False)
    op.execute(
        "INSERT INTO search_fact (record_id, field, value) SELECT id, 'box', box FROM record "
        "WHERE box <> '' AND purged_at IS NULL ORDER BY id"
    )


def downgrade() -> None:
    op.execute("DELETE FROM search_fact WHERE field IN ('box', 'custodian')")
    op.drop_index(op.f('ix_copy_place_place_id'), table_name='copy_place')
    op.drop_table('copy_place')
    op.drop_column("batch", "custodian")
