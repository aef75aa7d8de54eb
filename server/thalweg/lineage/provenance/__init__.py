"""Provenance: where a model version comes from, what a full account of it lacks, and the commands that make it again.

account.py   what an account holds
gather.py    what is asked of the store, within a budget and a deadline
gaps.py      what is missing, and what would close it
script.py    the commands; place.py says where inputs are put, command.py what starts a run
"""

from thalweg.lineage.provenance.account import Gap, GapKind, Provenance, Read, Step
from thalweg.lineage.provenance.gather import provenance

__all__ = ["Gap", "GapKind", "Provenance", "Read", "Step", "provenance"]
