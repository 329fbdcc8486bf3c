"""What must be kept: the notice, suggestions, decisions, holds and disposal."""
