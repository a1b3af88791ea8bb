"""Step 3: the programme at a data date, as known on a day."""
