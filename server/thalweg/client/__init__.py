"""The client: records what a script does, `with thalweg.run("train-fraud") as run: …`, and asks a server.

    recording.py    what a script calls           calls.py     functions that record a run with each call
    recorded.py     a run that is being recorded  options.py   the options of its calls, one by one
    starting.py     what a run is started with
    ending.py       ends that nobody writes       captured.py  what is found out about a process
    outbox.py       the thread that sends         delivery.py  granules to a server, and what became of each
    spool.py        the files for what could not be sent       flushing.py  sends these
    graphql.py      a document goes out, its data comes back, or an error that says what to do

It needs the standard library alone, and of the rest of this package the model: a training script imports nothing of the
server with it.
"""

from thalweg.client.graphql import Answered, Client, NotAServer, ServerUnreachable
from thalweg.client.naming import DatasetVersion, ModelVersion
from thalweg.client.recorded import Run
from thalweg.client.recording import configure, flush, run, start_run

__all__ = [
    "Answered",
    "Client",
    "DatasetVersion",
    "ModelVersion",
    "NotAServer",
    "Run",
    "ServerUnreachable",
    "configure",
    "flush",
    "run",
    "start_run",
]
