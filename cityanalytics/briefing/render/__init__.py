"""Four ways to draw a declared table: page, sheet, terminal, notebook."""
