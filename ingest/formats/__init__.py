"""One module for each family of formats, each of which turns one file into pages and members."""
