"""Step 1: any sheet understood; knows no bureau."""
