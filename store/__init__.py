"""Rows, files and their protection, the audit trail, jobs, settings, the clock and errors."""
