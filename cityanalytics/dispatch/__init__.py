"""Dispatch (调度): who must finish and who must start, by when, and how money and work go together."""
