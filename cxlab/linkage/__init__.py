"""What a point of satisfaction goes with, and how far to believe it."""
