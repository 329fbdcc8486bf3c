"""What leaves the house: marks, numbers and bundles."""
