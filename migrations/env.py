"""Alembic's entry: the connection is handed in by `store.schema`, never read from a file."""

import importlib

from alembic import context

from store.database import Base

# Every module that declares tables: a migration compares them with the database.
for module in (
    "store.audit",
    "store.files_models",
    "store.jobs",
    "access.models",
    "inquiry.models",
    "records.models",
    "records.page_models",
    "records.custody_models",
    "records.repository_models",
    "records.loss_models",
    "records.likeness_models",
    "records.correction_models",
    "records.parts_models",
    "ingest.models",
    "ingest.capture_models",
    "retention.models",
    "search.models",
    "search.term_models",
    "search.record_models",
    "search.reading_models",
    "disclosure.models",
    "disclosure.statement_models",
    "costs.models",
    "failings.models",
):
    importlib.import_module(module)

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
