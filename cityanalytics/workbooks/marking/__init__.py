"""A workbook given back with its doubtful cells highlighted, commented and listed; all else stays as it was."""
