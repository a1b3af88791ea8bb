"""Step 2: a unit's workbooks become the bureau's tidy tables."""
