"""What the package holds data of, by name: languages, packs of rules, reference classes."""

from __future__ import annotations

import csv
from importlib.resources import files


def named(step: str, folder: str) -> tuple[str, ...]:
    """Return the names that a step has a TOML file of.

    Examples
    --------
    >>> named("dispatch", "rules")
    ('bureau', 'points', 'share')
    """
    there = (files(__package__) / step / folder).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in there if file.name.endswith(".toml")))


def reference_classes() -> tuple[str, ...]:
    """Return the classes that the pool of public series has."""
    text = (files(__package__) / "series" / "pool.csv").read_text(encoding="utf-8")
    return tuple(sorted({row["class"] for row in csv.DictReader(text.splitlines())}))
