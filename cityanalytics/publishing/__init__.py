"""Step 6: pages made, kept, checked."""
