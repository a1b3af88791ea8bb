"""Step 4: where the year ends."""
