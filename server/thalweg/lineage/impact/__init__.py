"""Impact: what a change breaks, makes stale, or leaves unreproducible, how sure that is, and whether it may go ahead.

change.py   what changes              answer.py  what is answered
ask.py      the question: fetch, then judge
fetch.py    asks the store for facts, within bounded.py
facts.py    what the answer stands on
judge.py    facts in, answer out; pure, as is all it uses:
            effects.py  what is touched, and how      spread.py   the fixpoint
            activity, live, feeds, pattern, makers    what the facts mean
            policy.py   the verdict                   reasons.py  the sentences
"""

from thalweg.lineage.impact.answer import Affected, Confidence, Effect, Impact, Verdict
from thalweg.lineage.impact.ask import impact
from thalweg.lineage.impact.change import Change, Content, Delete, Withdraw
from thalweg.lineage.impact.facts import DEFAULT_MARKS, LiveMarks
from thalweg.lineage.impact.policy import DEFAULT_POLICY, Rule

__all__ = [
    "DEFAULT_MARKS",
    "DEFAULT_POLICY",
    "Affected",
    "Change",
    "Confidence",
    "Content",
    "Delete",
    "Effect",
    "Impact",
    "LiveMarks",
    "Rule",
    "Verdict",
    "Withdraw",
    "impact",
]
