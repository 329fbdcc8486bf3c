"""Effort and money."""
