"""Impact: what a change breaks, makes stale, or leaves unreproducible, how sure that is, and whether it may go ahead.

change.py   what changes              answer.py  what is answered, in the words of words.py
ask.py      the question: fetch, then judge
fetch.py    asks the store for facts, within bounded.py; details.py: columns and signatures
facts.py    what the answer stands on
judge.py    facts in, answer out; pure, as is all it uses:
            causes.py   what an answer is broken down by, and the rules that effects follow
            effects.py  what is touched, and how:
                        history.py  what already holds it    pattern.py  what happens next time
                        breaks.py   who breaks by a column   makers.py   what can be made again
            reads.py    what was read                        spread.py   the fixpoint
            activity, live, feeds                            what the facts mean
            lines.py    the lines and their findings; policy.py  the verdict
            naming, reasons, reasons_to_break, fixes         the sentences
"""

from thalweg.lineage.impact.answer import Affected, Finding, Impact, TouchedColumn
from thalweg.lineage.impact.ask import impact
from thalweg.lineage.impact.change import Change, Code, Columns, Content, Delete, Withdraw
from thalweg.lineage.impact.facts import DEFAULT_MARKS, LiveMarks
from thalweg.lineage.impact.policy import DEFAULT_POLICY, Rule
from thalweg.lineage.impact.reads import Evidence
from thalweg.lineage.impact.words import Confidence, Effect, Verdict

__all__ = [
    "DEFAULT_MARKS",
    "DEFAULT_POLICY",
    "Affected",
    "Change",
    "Code",
    "Columns",
    "Confidence",
    "Content",
    "Delete",
    "Effect",
    "Evidence",
    "Finding",
    "Impact",
    "LiveMarks",
    "Rule",
    "TouchedColumn",
    "Verdict",
    "Withdraw",
    "impact",
]
