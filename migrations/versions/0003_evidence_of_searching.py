"""Kept searches with each of their runs, alerts, term reports, search records and reading lists, and their guards."""

import sqlalchemy as sa
from alembic import op

import store.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Tables none of whose rows ever goes, each with the columns that identify a row.
KEPT = {
    "kept_search": [["id"]],
    "kept_search_run": [["id"], ["kept_search_id", "number"]],
    "search_alert": [["id"]],
    "term_report": [["id"]],
    "term_report_version": [["id"], ["term_report_id", "version"]],
    "term_result": [["id"], ["version_id", "position"]],
    "search_record": [["id"], ["number", "version"]],
    "reading_list": [["id"]],
    "reading_list_item": [["id"], ["reading_list_id", "position"], ["reading_list_id", "record_id"]],
    "reading": [["id"], ["item_id", "read_by"]],
}
# Tables whose rows are never changed either.
UNCHANGED = [
    "kept_search_run", "term_report", "term_report_version", "term_result", "reading_list", "reading_list_item",
    "reading",
]  # fmt: skip
FIXED = {
    "kept_search": ["id", "query", "total", "documents_searched", "kept_by", "kept_at"],
    "search_alert": ["id", "kept_search_id", "raised_at", "found"],
    "search_record": ["id", "number", "version", "made_by"],
}
# What a signature covers.
SIGNED = [
    "kind_of_place", "repository", "method", "how", "term_version_id", "covers_from", "covers_to", "custodians",
    "searched_by", "searched_from", "searched_to", "counted_as", "hits", "reviewed", "responsive", "unreadable",
    "not_reviewed", "nothing_found", "limits", "not_searched", "why_new", "made_by", "made_at", "counted_in",
    "hit_records", "reviewed_records", "responsive_records", "signed_by", "signed_at", "sha256",
]  # fmt: skip


def trigger(name: str, moment: str, condition: str, message: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return f"CREATE TRIGGER {name} {moment} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END"


def changed(columns: list[str]) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns) + ")"


def signed(which: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM search_record s WHERE s.id = {which}.search_record_id AND s.signed_at IS NOT NULL)"
    )


def statements() -> list[str]:
    made = []
    for table, keys in KEPT.items():
        made.append(trigger(f"keep_{table}", f"BEFORE DELETE ON {table}", "", f"{table}: rows are never deleted"))
        for number, columns in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
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
        made.append(
            trigger(f"fix_{table}_key", f"BEFORE UPDATE ON {table}", changed(columns), f"{table}: this column is fixed")
        )
    return [*made, *RULES]


RULES = [
    trigger(
        "search_record_stays_as_signed",
        "BEFORE UPDATE ON search_record",
        f"OLD.signed_at IS NOT NULL AND {changed(SIGNED)}",
        "search_record: it is signed; a correction is a new version",
    ),
    trigger(
        "search_record_second_reader_stays",
        "BEFORE UPDATE OF second_reader, second_at ON search_record",
        "OLD.second_at IS NOT NULL OR OLD.signed_at IS NULL",
        "search_record: a second reader signs once, what the first has signed",
    ),
    trigger(
        "search_record_is_signed_by_somebody",
        "BEFORE UPDATE OF signed_at ON search_record",
        "NEW.signed_at IS NOT NULL AND (NEW.signed_by = '' OR NEW.sha256 = '')",
        "search_record: a signature has a name and a seal",
    ),
    trigger(
        "search_record_keeps_its_paragraphs",
        "BEFORE DELETE ON search_record_paragraph",
        signed("OLD"),
        "search_record: it is signed; a correction is a new version",
    ),
    trigger(
        "search_record_gains_no_paragraph",
        "BEFORE INSERT ON search_record_paragraph",
        signed("NEW"),
        "search_record: it is signed; a correction is a new version",
    ),
    trigger(
        "search_record_paragraph_is_not_changed",
        "BEFORE UPDATE ON search_record_paragraph",
        "",
        "search_record_paragraph: rows are never changed",
    ),
    trigger(
        "search_alert_is_looked_at_once",
        "BEFORE UPDATE OF looked_at, looked_by ON search_alert",
        "OLD.looked_at IS NOT NULL",
        "search_alert: it was looked at",
    ),
]


def upgrade() -> None:
    op.create_table('reading_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('counted_in', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', store.database.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_list'))
    )
    op.create_table('term_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', store.database.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_term_report'))
    )
    op.create_table('kept_search_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kept_search_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('run_by', sa.String(), nullable=False),
    sa.Column('run_at', store.database.Moment(), nullable=False),
    sa.Column('language_version', sa.String(), nullable=False),
    sa.Column('index_generation', sa.String(), nullable=False),
    sa.Column('counted_in', sa.String(), nullable=False),
    sa.Column('found', sa.LargeBinary(), nullable=False),
    sa.Column('searched', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['kept_search_id'], ['kept_search.id'], name=op.f('fk_kept_search_run_kept_search_id_kept_search')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_search_run')),
    sa.UniqueConstraint('kept_search_id', 'number', name=op.f('uq_kept_search_run_kept_search_id_number'))
    )
    with op.batch_alter_table('kept_search_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_search_run_kept_search_id'), ['kept_search_id'], unique=False)

    op.create_table('reading_list_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reading_list_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['reading_list_id'], ['reading_list.id'], name=op.f('fk_reading_list_item_reading_list_id_reading_list')),
    sa.ForeignKeyConstraint(['record_id'], ['record.id'], name=op.f('fk_reading_list_item_record_id_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading_list_item')),
    sa.UniqueConstraint('reading_list_id', 'position', name=op.f('uq_reading_list_item_reading_list_id_position')),
    sa.UniqueConstraint('reading_list_id', 'record_id', name=op.f('uq_reading_list_item_reading_list_id_record_id'))
    )
    with op.batch_alter_table('reading_list_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reading_list_item_record_id'), ['record_id'], unique=False)

    op.create_table('search_alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kept_search_id', sa.Integer(), nullable=False),
    sa.Column('raised_at', store.database.Moment(), nullable=False),
    sa.Column('found', sa.LargeBinary(), nullable=False),
    sa.Column('looked_at', store.database.Moment(), nullable=True),
    sa.Column('looked_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['kept_search_id'], ['kept_search.id'], name=op.f('fk_search_alert_kept_search_id_kept_search')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_alert'))
    )
    with op.batch_alter_table('search_alert', schema=None) as batch_op:
        batch_op.create_index('ix_search_alert_kept_search_id_looked_at', ['kept_search_id', 'looked_at'], unique=False)

    op.create_table('term_report_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('term_report_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('scope_query', sa.Text(), nullable=False),
    sa.Column('scope_batch', sa.String(), nullable=False),
    sa.Column('scope_from', sa.Date(), nullable=True),
    sa.Column('scope_to', sa.Date(), nullable=True),
    sa.Column('run_by', sa.String(), nullable=False),
    sa.Column('run_at', store.database.Moment(), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('language_version', sa.String(), nullable=False),
    sa.Column('index_generation', sa.String(), nullable=False),
    sa.Column('counted_in', sa.String(), nullable=False),
    sa.Column('categories', sa.Text(), nullable=False),
    sa.Column('not_indexed', sa.LargeBinary(), nullable=False),
    sa.Column('quarantined_in', sa.LargeBinary(), nullable=False),
    sa.Column('records', sa.LargeBinary(), nullable=False),
    sa.Column('parents', sa.LargeBinary(), nullable=False),
    sa.Column('unread_pages', sa.LargeBinary(), nullable=False),
    sa.Column('flags', sa.LargeBinary(), nullable=False),
    sa.Column('category_bits', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['term_report_id'], ['term_report.id'], name=op.f('fk_term_report_version_term_report_id_term_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_term_report_version')),
    sa.UniqueConstraint('term_report_id', 'version', name=op.f('uq_term_report_version_term_report_id_version'))
    )
    with op.batch_alter_table('term_report_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_term_report_version_term_report_id'), ['term_report_id'], unique=False)

    op.create_table('reading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('read_by', sa.String(), nullable=False),
    sa.Column('read_at', store.database.Moment(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['reading_list_item.id'], name=op.f('fk_reading_item_id_reading_list_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading')),
    sa.UniqueConstraint('item_id', 'read_by', name=op.f('uq_reading_item_id_read_by'))
    )
    with op.batch_alter_table('reading', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reading_item_id'), ['item_id'], unique=False)

    op.create_table('search_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind_of_place', sa.String(), nullable=False),
    sa.Column('repository', sa.String(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('how', sa.Text(), nullable=False),
    sa.Column('term_version_id', sa.Integer(), nullable=True),
    sa.Column('covers_from', sa.Date(), nullable=True),
    sa.Column('covers_to', sa.Date(), nullable=True),
    sa.Column('custodians', sa.Text(), nullable=False),
    sa.Column('searched_by', sa.String(), nullable=False),
    sa.Column('searched_from', sa.Date(), nullable=True),
    sa.Column('searched_to', sa.Date(), nullable=True),
    sa.Column('counted_as', sa.String(), nullable=False),
    sa.Column('hits', sa.Integer(), nullable=True),
    sa.Column('reviewed', sa.Integer(), nullable=True),
    sa.Column('responsive', sa.Integer(), nullable=True),
    sa.Column('unreadable', sa.Integer(), nullable=True),
    sa.Column('not_reviewed', sa.Text(), nullable=False),
    sa.Column('nothing_found', sa.Text(), nullable=False),
    sa.Column('limits', sa.Text(), nullable=False),
    sa.Column('not_searched', sa.Text(), nullable=False),
    sa.Column('why_new', sa.Text(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', store.database.Moment(), nullable=False),
    sa.Column('counted_in', sa.String(), nullable=False),
    sa.Column('hit_records', sa.LargeBinary(), nullable=True),
    sa.Column('reviewed_records', sa.LargeBinary(), nullable=True),
    sa.Column('responsive_records', sa.LargeBinary(), nullable=True),
    sa.Column('signed_by', sa.String(), nullable=False),
    sa.Column('signed_at', store.database.Moment(), nullable=True),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('second_reader', sa.String(), nullable=False),
    sa.Column('second_at', store.database.Moment(), nullable=True),
    sa.CheckConstraint("kind_of_place IN ('archive', 'place', 'system')", name=op.f('ck_search_record_known_place')),
    sa.CheckConstraint("method IN ('term', 'manual', 'physical', 'other')", name=op.f('ck_search_record_known_method')),
    sa.CheckConstraint("second_reader <> signed_by OR second_reader = ''", name=op.f('ck_search_record_two_people')),
    sa.ForeignKeyConstraint(['term_version_id'], ['term_report_version.id'], name=op.f('fk_search_record_term_version_id_term_report_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_record')),
    sa.UniqueConstraint('number', 'version', name=op.f('uq_search_record_number_version'))
    )
    with op.batch_alter_table('search_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_record_number'), ['number'], unique=False)
        batch_op.create_index(batch_op.f('ix_search_record_term_version_id'), ['term_version_id'], unique=False)
        batch_op.create_index('uq_search_record_draft', ['number'], unique=True, sqlite_where=sa.text('signed_at IS NULL'))

    op.create_table('term_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('term', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('found', sa.LargeBinary(), nullable=False),
    sa.Column('pages', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['term_report_version.id'], name=op.f('fk_term_result_version_id_term_report_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_term_result')),
    sa.UniqueConstraint('version_id', 'position', name=op.f('uq_term_result_version_id_position'))
    )
    with op.batch_alter_table('term_result', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_term_result_version_id'), ['version_id'], unique=False)

    op.create_table('search_record_paragraph',
    sa.Column('search_record_id', sa.Integer(), nullable=False),
    sa.Column('paragraph_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['paragraph_id'], ['request_paragraph.id'], name=op.f('fk_search_record_paragraph_paragraph_id_request_paragraph')),
    sa.ForeignKeyConstraint(['search_record_id'], ['search_record.id'], name=op.f('fk_search_record_paragraph_search_record_id_search_record')),
    sa.PrimaryKeyConstraint('search_record_id', 'paragraph_id', name=op.f('pk_search_record_paragraph'))
    )
    with op.batch_alter_table('search_record_paragraph', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_record_paragraph_paragraph_id'), ['paragraph_id'], unique=False)

    with op.batch_alter_table('kept_search', schema=None) as batch_op:
        batch_op.add_column(sa.Column('watched', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('compared_with', sa.String(), nullable=False, server_default=''))

    for statement in statements():
        op.execute(statement)


def downgrade() -> None:
    for statement in statements():
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    with op.batch_alter_table('kept_search', schema=None) as batch_op:
        batch_op.drop_column('compared_with')
        batch_op.drop_column('watched')

    with op.batch_alter_table('search_record_paragraph', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_record_paragraph_paragraph_id'))

    op.drop_table('search_record_paragraph')
    with op.batch_alter_table('term_result', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_term_result_version_id'))

    op.drop_table('term_result')
    with op.batch_alter_table('search_record', schema=None) as batch_op:
        batch_op.drop_index('uq_search_record_draft', sqlite_where=sa.text('signed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_search_record_term_version_id'))
        batch_op.drop_index(batch_op.f('ix_search_record_number'))

    op.drop_table('search_record')
    with op.batch_alter_table('reading', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reading_item_id'))

    op.drop_table('reading')
    with op.batch_alter_table('term_report_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_term_report_version_term_report_id'))

    op.drop_table('term_report_version')
    with op.batch_alter_table('search_alert', schema=None) as batch_op:
        batch_op.drop_index('ix_search_alert_kept_search_id_looked_at')

    op.drop_table('search_alert')
    with op.batch_alter_table('reading_list_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reading_list_item_record_id'))

    op.drop_table('reading_list_item')
    with op.batch_alter_table('kept_search_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_kept_search_run_kept_search_id'))

    op.drop_table('kept_search_run')
    op.drop_table('term_report')
    op.drop_table('reading_list')
