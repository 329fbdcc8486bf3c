"""From a file to a record: identify, limit, read."""
