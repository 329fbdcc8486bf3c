"""What each area's forms ask for."""
