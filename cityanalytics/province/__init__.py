"""Above the workspaces: many cities joined into one province."""
