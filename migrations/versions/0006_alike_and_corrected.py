"""Which records are alike and what people said of it; what people corrected; and the guards of both."""

import sqlalchemy as sa
from alembic import op

import store.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What a person said is never changed and never goes. What a machine found may be found again, and otherwise.
KEPT = ("likeness_answer", "record_correction")


def trigger(name: str, moment: str, condition: str, message: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return f"CREATE TRIGGER {name} {moment} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END"


def statements() -> list[str]:
    made = []
    for table in KEPT:
        made.append(trigger(f"keep_{table}", f"BEFORE DELETE ON {table}", "", f"{table}: rows are never deleted"))
        made.append(
            trigger(
                f"keep_{table}_0",
                f"BEFORE INSERT ON {table}",
                f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
                f"{table}: a row may not be put in the place of another",
            )
        )
        made.append(trigger(f"fix_{table}", f"BEFORE UPDATE ON {table}", "", f"{table}: rows are never changed"))
    return made


def upgrade() -> None:
    op.create_table('comparison',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('comparable_pages', sa.Integer(), nullable=False),
    sa.Column('shingles', sa.Integer(), nullable=False),
    sa.Column('signed_at', store.database.Moment(), nullable=False),
    sa.Column('compared_at', store.database.Moment(), nullable=True),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_comparison_record_id_record')),
    sa.PrimaryKeyConstraint('record_id', name=op.f('pk_comparison'))
    )
    with op.batch_alter_table('comparison', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comparison_compared_at'), ['compared_at'], unique=False)

    op.create_table('likeness',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('inner_id', sa.Integer(), nullable=True),
    sa.Column('similarity', sa.Double(), nullable=False),
    sa.Column('changed_places', sa.Integer(), nullable=False),
    sa.Column('found_at', store.database.Moment(), nullable=False),
    sa.CheckConstraint("(kind = 'contained') = (inner_id IS NOT NULL)", name=op.f('ck_likeness_which_is_contained')),
    sa.CheckConstraint("kind IN ('same', 'version', 'contained', 'shared')", name=op.f('ck_likeness_known_kind')),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_likeness_one_row_a_pair')),
    sa.ForeignKeyConstraint(['first_id'], ['record.id'], name=op.f('fk_likeness_first_id_record')),
    sa.ForeignKeyConstraint(['inner_id'], ['record.id'], name=op.f('fk_likeness_inner_id_record')),
    sa.ForeignKeyConstraint(['second_id'], ['record.id'], name=op.f('fk_likeness_second_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_likeness')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_likeness_first_id_second_id'))
    )
    with op.batch_alter_table('likeness', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_likeness_first_id'), ['first_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_likeness_second_id'), ['second_id'], unique=False)

    op.create_table('likeness_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.String(), nullable=False),
    sa.Column('answered_at', store.database.Moment(), nullable=False),
    sa.CheckConstraint("answer IN ('not-alike', 'alike')", name=op.f('ck_likeness_answer_known_answer')),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_likeness_answer_one_way_round')),
    sa.CheckConstraint('length(reason) > 0', name=op.f('ck_likeness_answer_has_a_reason')),
    sa.ForeignKeyConstraint(['first_id'], ['record.id'], name=op.f('fk_likeness_answer_first_id_record')),
    sa.ForeignKeyConstraint(['second_id'], ['record.id'], name=op.f('fk_likeness_answer_second_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_likeness_answer'))
    )
    with op.batch_alter_table('likeness_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_likeness_answer_first_id'), ['first_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_likeness_answer_second_id'), ['second_id'], unique=False)

    op.create_table('record_correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('corrected_by', sa.String(), nullable=False),
    sa.Column('corrected_at', store.database.Moment(), nullable=False),
    sa.CheckConstraint('length(reason) > 0', name=op.f('ck_record_correction_has_a_reason')),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_record_correction_record_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_correction'))
    )
    with op.batch_alter_table('record_correction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_record_correction_record_id'), ['record_id'], unique=False)

    op.create_table('likeness_page',
    sa.Column('likeness_id', sa.Integer(), nullable=False),
    sa.Column('first_page', sa.Integer(), nullable=False),
    sa.Column('second_page', sa.Integer(), nullable=False),
    sa.Column('similarity', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['likeness_id'], ['likeness.id'], name=op.f('fk_likeness_page_likeness_id_likeness')),
    sa.PrimaryKeyConstraint('likeness_id', 'first_page', 'second_page', name=op.f('pk_likeness_page'))
    )
    with op.batch_alter_table('record_person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('status', sa.String(), nullable=False, server_default='proposed'))

    for statement in statements():
        op.execute(statement)


def downgrade() -> None:
    for statement in statements():
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    with op.batch_alter_table('record_person', schema=None) as batch_op:
        batch_op.drop_column('status')

    op.drop_table('likeness_page')
    with op.batch_alter_table('record_correction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_record_correction_record_id'))

    op.drop_table('record_correction')
    with op.batch_alter_table('likeness_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_likeness_answer_second_id'))
        batch_op.drop_index(batch_op.f('ix_likeness_answer_first_id'))

    op.drop_table('likeness_answer')
    with op.batch_alter_table('likeness', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_likeness_second_id'))
        batch_op.drop_index(batch_op.f('ix_likeness_first_id'))

    op.drop_table('likeness')
    with op.batch_alter_table('comparison', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comparison_compared_at'))

    op.drop_table('comparison')
