"""A made-up archive, made by code."""
