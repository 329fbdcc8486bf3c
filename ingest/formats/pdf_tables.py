"""Ruled tables in a PDF, such as registers: each row set as one line, so that what stands in one row is read together."""

from typing import Any

from ingest.job import ReadingJob


def with_ruled_tables(job: ReadingJob, page: Any, number: int, text: str) -> str:
    """The text with its ruled tables set row by row."""
    return text
