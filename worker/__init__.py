"""The steps of background work."""
