"""What the JSON documents promise to other programs: keys that keep their name, and the types of their values.

More keys may stand beside them. A test that has a document at hand holds it to its shape by `promised`.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft4Validator

Shape = dict[str, Any]


def whole(**keys: Shape) -> Shape:
    return {"type": "object", "required": [*keys], "properties": keys}


def rows(**keys: Shape) -> Shape:
    return {"type": "array", "items": whole(**keys)}


def each(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


def one_of(*words: str) -> Shape:
    return {"enum": [*words]}


def named(names: str, shape: Shape) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), shape)


ANY: Shape = {}
TEXT, NUMBER, COUNT, TRUTH = ({"type": kind} for kind in ("string", "number", "integer", "boolean"))
MAYBE_TEXT, MAYBE_NUMBER, MAYBE = ({"type": [kind, "null"]} for kind in ("string", "number", "object"))
DAY = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
MAYBE_DAY = {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d$"}

ENDS = named("target p10 p25 p50 p75 p90 probability", NUMBER) | named("method reference_class", TEXT)
EVIDENCE = whole(**named("own_years own_months class plan", ANY))
GROUPS = rows(name=TEXT, plan=MAYBE_NUMBER, done=NUMBER)
COVERAGE = whole(
    **named("expected received", ANY),
    **named("missing unread", each(TEXT)),
    worth=whole(plan=NUMBER, done=NUMBER),
)
LISTED = rows(
    **named("project unit obligation stage", TEXT),
    **named("person constraint request light", MAYBE_TEXT),
    **named("physical_progress float_days", MAYBE_NUMBER),
    deadline=MAYBE_DAY,
    shortfall_p50=NUMBER,
    latest=whole(start=MAYBE_DAY, milestones=rows(progress=NUMBER, date=DAY)),
    impossible=TRUTH,
    lights=each(MAYBE_TEXT),
)
CHANGED = rows(name=TEXT, probability=MAYBE_NUMBER, **named("base_p50 p50 p10 p90 mean_change", NUMBER))
ISSUE = named("code where value understood suggestion", TEXT) | {"severity": one_of("error", "warning")}

SHAPES: dict[str, Shape] = {
    "briefing": whole(
        **named("city quarter code", TEXT),
        **named("as_of known_on", DAY),
        language=each(TEXT),
        figures=rows(key=TEXT, value=MAYBE_NUMBER, unit=TEXT, shown=whole(zh=TEXT, en=TEXT), cells=each(TEXT)),
        forecast=whole(**ENDS, evidence=EVIDENCE),
        pace=whole(
            **named("achieved_per_day required_per_day best_sustained_per_day", NUMBER),
            **named("achieved_per_working_day required_per_working_day", NUMBER),
        ),
        issues=whole(error=COUNT, warning=COUNT),
        inputs=rows(path=TEXT, sha256=TEXT),
        parameters=whole(),
        seed=COUNT,
        partial=TRUTH,
        coverage=COVERAGE,
    ),
    "forecast": whole(**ENDS, done=NUMBER, evidence=EVIDENCE, parts=whole(unit=GROUPS, category=GROUPS)),
    "ingest": whole(issues=rows(**ISSUE, live=TRUTH)),
    "diff": whole(added=each(ANY), dropped=each(ANY)),
    "trace": whole(key=TEXT, value=MAYBE_NUMBER, unit=TEXT, cells=rows(cell=TEXT, value=ANY)),
    "verify": whole(equal=TRUTH),
    "inspect": whole(
        files=rows(
            file=TEXT,
            container=one_of("xlsx", "xls", "ods", "csv", "html"),
            encoding=MAYBE_TEXT,
            sha256=TEXT,
            sheets=rows(
                sheet=TEXT,
                visibility=one_of("visible", "hidden"),
                tables=rows(
                    range=TEXT,
                    header_rows=each(COUNT),
                    columns=rows(
                        **named("column name", TEXT),
                        **named("unit unit_from", MAYBE_TEXT),
                        kind=one_of("number", "text", "date", "period"),
                        sum=MAYBE_NUMBER,
                    ),
                    rows=whole(**named("title unit header group total data blank footer stray", each(COUNT))),
                    totals=rows(cell=TEXT, stated=NUMBER, computed=MAYBE_NUMBER, agrees={"type": ["boolean", "null"]}),
                ),
            ),
        ),
        issues=rows(**ISSUE),
    ),
    "dispatch": whole(
        **named("as_of known_on", DAY),
        **named("must_finish not_started", LISTED),
        kind=one_of("weekly", "monthly"),
        rules=whole(name=TEXT, source=ANY),
        dual=rows(project=TEXT, rule=TEXT, **named("money work difference", MAYBE_NUMBER)),
        orders=rows(
            **named("id project unit asks", TEXT),
            **named("issued due", DAY),
            state=one_of("open", "answered", "kept", "missed", "moved"),
            answers=rows(received=DAY, promise=MAYBE_TEXT, date=MAYBE_DAY, amount=MAYBE_NUMBER, cell=TEXT),
        ),
        changed_since=MAYBE,
        record=rows(unit=TEXT, rate=MAYBE_NUMBER, **named("kept missed moved unanswered", COUNT)),
        ladder=rows(
            unit=TEXT, notices=COUNT, proposed=ANY, decided=each(ANY), constraints_reported=each(ANY), cells=each(TEXT)
        ),
    ),
    "what-if": whole(
        as_of=DAY,
        **named("seed paths", COUNT),
        **named("target factor_p50", NUMBER),
        unit=one_of("yuan"),
        base=whole(**named("p10 p50 p90 probability", NUMBER)),
        scenarios=rows(
            name=TEXT,
            label=ANY,
            **named("p10 p50 p90 probability delta_p50 mean_change", NUMBER),
            groups=whole(unit=CHANGED, category=CHANGED),
            levers=rows(kind=TEXT, projects=COUNT, mean_change=NUMBER),
            ineffective=rows(lever=ANY, project=TEXT, reason=TEXT),
        ),
    ),
    "goal": whole(probability=NUMBER, lever=TEXT, value=MAYBE_NUMBER),
    "tornado": rows(lever=TEXT, low=ANY, high=ANY, delta_low=NUMBER, delta_high=NUMBER),
    "fewest": whole(chosen=each(TEXT), probability=NUMBER, at_least=COUNT, proven=TRUTH),
    "rollup": whole(
        cities=rows(
            city=ANY, as_of=DAY, missing=ANY,
            **named("plan done p10 p50 p90", NUMBER), **named("share probability", MAYBE_NUMBER),
        ),
        total=whole(**named("plan done p10 p50 p90", NUMBER)),
    ),
}  # fmt: skip


def promised(name: str, document: Any) -> list[str]:
    """Return where a document is not of the shape that its name promises."""
    return [
        f"{error.json_path}: {error.message[:200]}"
        for error in Draft4Validator(SHAPES[name]).iter_errors(document)
    ]
