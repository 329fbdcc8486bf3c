"""A folder that could be opened only when it was tried again is in a state of its own."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "('found', 'stored', 'registered', 'duplicate', 'quarantined', 'cancelled')"
AFTER = "('found', 'stored', 'registered', 'duplicate', 'quarantined', 'cancelled', 'opened')"
GUARDS = {
    "item_state_is_known": "BEFORE UPDATE OF state ON ingest_item",
    "item_state_is_known_at_first": "BEFORE INSERT ON ingest_item",
}


def guard(states: str) -> None:
    for name, moment in GUARDS.items():
        op.execute(f"DROP TRIGGER {name}")
        op.execute(
            f"CREATE TRIGGER {name} {moment} WHEN NEW.state NOT IN {states} "
            "BEGIN SELECT RAISE(ABORT, 'ingest_item: there is no such state'); END"
        )


def upgrade() -> None:
    guard(AFTER)


def downgrade() -> None:
    guard(BEFORE)
