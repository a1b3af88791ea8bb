"""[provenance] How the main numbers came about, the two times, what the page was made from, how to check it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.section import bullets, part
from cityanalytics.briefing.sections.chains import chains
from cityanalytics.briefing.terms import CLASSES
from cityanalytics.series.ownmonths import OWN_MONTHS

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording

#: So much of a hash tells two apart; the whole stands in briefing.json.
SHOWN = 16


@part("provenance")
def provenance(content: Composed, say: Wording) -> Markup:
    """Write how the main numbers came about, and where the page comes from."""
    made = content.provenance
    command = Markup("<code>{}</code>").format(f"cityanalytics verify briefing.{say.language}.html")
    return chains(content, say) + bullets(
        [
            say(
                "Data date {as_of}; known on {known_on}: later workbooks are not in it.",
                as_of=display.date_text(content.programme.as_of, say.language),
                known_on=display.date_text(content.programme.known_on, say.language),
            ),
            say.counted(
                "Inputs: {inputs_files} file, SHA-256 {hash}…; code: SHA-256 {code}…",
                "Inputs: {inputs_files} files, SHA-256 {hash}…; code: SHA-256 {code}…",
                "inputs_files",
                hash=made.inputs_sha256[:SHOWN],
                code=made.code_sha256[:SHOWN],
            ),
            say(
                "Parameters: forecast by the city's own months; lights beyond {light_yellow} and {light_red}; seed {seed}",
                seed=made.seed,
            )
            if content.forecast.reference_class == OWN_MONTHS
            else say(
                "Parameters: class {reference_class}; lights beyond {light_yellow} and {light_red}; seed {seed}",
                reference_class=say(CLASSES[content.forecast.reference_class]),
                seed=made.seed,
            ),
            say(
                "To check, in the folder of this page: {command} makes it again from its inputs and compares.",
                command=command,
            ),
        ]
    )
