"""What if: levers on projects, run through the paths of the forecast; a scenario against base."""
