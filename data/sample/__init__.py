"""The sample city: synthetic workbooks whose totals are those of a public speech of 2010.

Nothing here imports cityanalytics, so that the sample can serve as an oracle for it.
"""
