"""The query language, the engines and the evidence of searching."""
