"""The register of repositories: where papers may be, and whether each was searched; kept as it was said."""

import sqlalchemy as sa
import store.database
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def guards() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'repository: rows are never deleted, changed or replaced'); END"
    same = "id = NEW.id OR (number = NEW.number AND version = NEW.version)"
    return [
        f"CREATE TRIGGER keep_repository BEFORE DELETE ON repository {refuse}",
        f"CREATE TRIGGER fix_repository BEFORE UPDATE ON repository {refuse}",
        "CREATE TRIGGER keep_repository_0 BEFORE INSERT ON repository "
        f"WHEN EXISTS (SELECT 1 FROM repository WHERE {same}) {refuse}",
    ]


def upgrade() -> None:
    op.create_table(
        "repository",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("covers", sa.String(), nullable=False),
        sa.Column("volume", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", store.database.Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('paper', 'electronic', 'mixed')", name=op.f("ck_repository_known_kind")),
        sa.CheckConstraint(
            "outcome IN ('taken-in', 'searched', 'in-part', 'not-yet', 'not-to-be')",
            name=op.f("ck_repository_known_outcome"),
        ),
        sa.CheckConstraint(
            "outcome IN ('taken-in', 'searched') OR length(why_not) > 0",
            name=op.f("ck_repository_says_why_it_was_not_searched"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repository")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_repository_number_version")),
    )
    for statement in guards():
        op.execute(statement)


def downgrade() -> None:
    for statement in guards():
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    op.drop_table("repository")
