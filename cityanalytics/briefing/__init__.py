"""Step 5: what a reader sees; pure."""
