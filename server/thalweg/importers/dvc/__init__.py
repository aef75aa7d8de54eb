"""Data, models and stages that DVC keeps in a Git repository: `docs/importers/dvc.md`.

    (dataset | model version)-[:INPUT_TO]->(run)-[:PRODUCED]->(dataset | model version)
    (commit)-[:CODE_OF {path}]->(run {job, params, metrics})

A run is an entry of a lock file, a version the content of a path, each at the first commit that has it. Only Git
objects are read: no work tree, no cache and no remote.

Scopes: `run/<digest>`, `version/<path>@<version>`, `import/<path>/<digest>` for what came from elsewhere, and `job/…`,
`dataset/…`, `artifact/…` for what is said of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from pathlib import Path

from thalweg.importers import git_objects, git_places
from thalweg.importers.dvc import facts, registered, remotes, runs
from thalweg.importers.dvc.files import LARGEST, LOCK, NAMES, PIPELINE, File, Tables, is_one
from thalweg.importers.dvc.naming import Naming
from thalweg.importers.dvc.runs import Experiment
from thalweg.importers.dvc.stages import Reader
from thalweg.importers.dvc.survey import WINDOW, Survey
from thalweg.importers.git_clone import RIGHT, Clone
from thalweg.importers.lfs import attributes
from thalweg.importers.reading import Lies, Place, Reading
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import Granule
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

ORIGIN = "dvc"


def read(
    location: Place,
    *,
    source: str | None = None,
    url: str | None = None,
    at: str | None = None,
    all_commits: bool = False,
    cache: Place | None = None,
) -> Reading:
    """One pass over the files of DVC in a repository: a clone on a disk, bare or not, a bundle, or a remote by its URL.

    source: the name it is filed under; the folder's or bundle's own name, or the host and path of a URL, without one.
    url: what the repository is called where the name of its remote is not what others call it.
    at: the commit, branch or tag whose files are read; without one the default branch's. Such a pass is never complete:
        it says nothing of what was there before.
    all_commits: what the files held in any commit of a branch or a tag, and experiments. Complete, unless the clone is
        shallow, or lacks files.

    A partial clone is read as far as it goes: what hangs on a file that it lacks is left out and said, and then the
    pass is not complete.

    cache: where a clone of a remote repository is kept.

    Raises SourceError, with what to do, for a location that is no repository, that has none of the files (a partial
    clone), or that DVC keeps nothing in; BadInput for `at` together with `all_commits`, and for a commit that is not
    there.
    """
    if at is not None and all_commits:
        raise BadInput("`at` names one commit, and all are asked for.", "Leave one of the two out.")
    name = source or git_places.source_name(location)
    clone = git_places.opened(location, cache)
    try:
        return _reading(clone, name, git_places.identity(clone, name, url), at, all_commits)
    except BaseException:
        clone.close()
        raise


def recognised(place: Path) -> Iterator[Lies]:
    """A repository whose newest commit has files of DVC's."""
    return git_places.recognised(place, found_in)


def found_in(clone: Clone) -> str | None:
    """How many files of DVC's the newest commit has, in words."""
    found = sum(1 for path, _ in clone.files(git_places.tip(clone, clone.references(), None)) if is_one(path))
    return f"a repository with {found} {'files' if found > 1 else 'file'} of DVC's" if found else None


def _reading(clone: Clone, name: str, url: str, at: str | None, all_commits: bool) -> Reading:
    git_places.check_names(clone)
    warnings = clone.said()
    references = clone.references()
    main = _newest(clone, references)
    tip = main if at is None else git_places.tip(clone, references, at)
    there = list(clone.files(main))
    places = remotes.places(clone, there, url, name)
    newest = [File(main, path, blob) for path, blob in there if is_one(path)]
    meant = newest if tip == main else [File(tip, path, blob) for path, blob in clone.files(tip) if is_one(path)]
    tips = [sha for sha in clone.commits_of(sha for sha, _ in references) if sha] if all_commits else [tip]
    experiments = _experiments(clone, [main, *tips]) if all_commits else {}
    first = _firsts(clone, main, tips, list(experiments))
    tables = Tables(clone, warnings)
    known = _known(clone, tables, [*first, *newest, *meant], warnings)
    if not all_commits and not meant:
        raise SourceError(
            f"{clone.place} has no file of DVC's at that commit.", "Name another one with `at`, or read all commits."
        )
    shallow = clone.shallow()
    nothing = None
    if not first:
        nothing = SourceError(
            f"{clone.place} has no file of DVC's.", "Track one first: `dvc add data.csv`, and commit."
        )
        if shallow:
            raise nothing
    if shallow:
        warnings.append(
            f"{clone.place} is a shallow clone: what lies behind its oldest commits was not read, and what was there "
            "counts as new there. Run `git fetch --unshallow`, and import again."
        )

    reader = Reader(tables, places, warnings)
    survey = Survey(clone, tables, reader, places)
    survey.pointers = _pointers(clone, there)

    def granules() -> Generator[Granule, None, None]:
        only = None if all_commits else survey.contents(file for file in meant if file.blob in known)
        survey.take((file for file in first if file.blob in known), only)
        survey.describe(file for file in newest if file.blob in known)
        naming = Naming(survey, url)
        yield from _told(f"{ORIGIN}:{name}", clone, survey, naming, reader, experiments)
        if survey.lacking:
            reading.complete = False
            warnings.insert(
                0,
                f"{clone.place} is a partial clone: it lacks {len(tables.lacking)} files that say what was done. What "
                f"hangs on them was left out, nothing is taken as gone, and what they had first counts as new where it "
                f"came again. {RIGHT}",
            )

    stream = granules()

    def close() -> None:
        stream.close()
        survey.close()
        clone.close()

    complete = all_commits and not shallow
    reading = Reading(
        f"{ORIGIN}:{name}", ORIGIN, stream, complete=complete, nothing=nothing, warnings=warnings, close=close
    )
    return reading


def _newest(clone: Clone, references: list[tuple[str, str]]) -> str:
    """The commit whose files have the last word, and whose history comes first: that of the default branch.

    It is walked whatever commit is asked for, so that a part of the history is told as the whole of it is.
    """
    try:
        return git_places.tip(clone, references, None)
    except BadInput:
        found = [sha for sha in clone.commits_of(sha for sha, _ in references) if sha]
        if not found:
            raise
        ((newest, *_),) = deque(clone.history(found), maxlen=1)
        return newest  # a bundle may not tell which branch is the default one


def _experiments(clone: Clone, tips: list[str]) -> dict[str, Experiment]:
    """By commit the experiment that it is of; parents first. A name below refs/exps is `<2>/<38 digits>/<name>`."""
    named: dict[str, Experiment] = {}
    for sha, reference in clone.experiments():
        parts = reference.split("/")
        if len(parts) == 5 and len(parts[2]) == 2 and git_places.is_sha(parts[2] + parts[3]):
            named[sha] = Experiment(parts[4], parts[2] + parts[3])
    commits = list(clone.history([*sorted(named), *(f"^{tip}" for tip in tips)])) if named else []
    for sha, *parents in reversed(commits):
        for parent in parents if sha in named else ():
            named.setdefault(parent, named[sha])
    return {sha: named[sha] for sha, *_ in commits if sha in named}


def _firsts(clone: Clone, main: str, tips: list[str], experiments: list[str]) -> list[File]:
    """Each content that a file of DVC's had, with the first commit that has it; of a dvc.yaml, each that changed it.

    First of the history of the default branch, then of others, then of experiments. Of one commit, data comes before
    the stages that read it.
    """
    found: dict[File, None] = {}
    seen: list[str] = []
    for some in ([main], tips):
        commits = (sha for sha, *_ in clone.history([*some, *(f"^{sha}" for sha in seen)]))
        _gather(found, clone.written(commits, NAMES))
        seen += some
    _gather(found, clone.written(experiments, NAMES))
    order = {commit: place for place, commit in enumerate(dict.fromkeys(file.commit for file in found))}
    return sorted(found, key=lambda file: (order[file.commit], file.path.endswith((LOCK, PIPELINE)), file.path))


def _gather(found: dict[File, None], written: Iterable[tuple[str, str, str]]) -> None:
    """Files that are new. A dvc.yaml that came back counts too: it may say what the one in between did not."""
    first = {file[1:] for file in found}
    for commit, path, blob in written:
        if is_one(path) and ((path, blob) not in first or path.endswith(PIPELINE)):
            first.add((path, blob))
            found[File(commit, path, blob)] = None


def _known(clone: Clone, tables: Tables, files: list[File], warnings: list[str]) -> set[str]:
    """The contents that are read: those that are here, and not too large. Raises SourceError where none is here, and
    for a damaged clone.
    """
    by_blob = {file.blob: file for file in files}
    here = {file.blob: file for file in tables.here(by_blob.values())}
    sizes = dict(clone.sizes(here))
    if missing := [file.name for blob, file in here.items() if blob not in sizes]:
        raise SourceError(
            f"{clone.place} is damaged: {missing[0]} is not here.", "`git fsck` there says more; clone it again."
        )
    if by_blob and not here:
        file = next(iter(by_blob.values()))
        raise SourceError(f"{clone.place} is a partial clone without files of DVC's: {file.name} is not here.", RIGHT)
    large = [file for blob, file in here.items() if sizes[blob] > LARGEST]
    warnings += [
        f"{file.name} was passed over: it has more than {LARGEST // 1_000_000} MB. Nothing is taken from it."
        for file in large
    ]
    return sizes.keys() - {file.blob for file in large}


def _pointers(clone: Clone, there: list[tuple[str, str]]) -> bool:
    """Whether attributes of files give some to Git LFS. Only of a partial clone is it asked: another one has all."""
    told = attributes.among(there) if clone.partial else []
    return bool(clone.lacking(told)) or attributes.give(clone, told)


def _told(
    scope: str, clone: Clone, survey: Survey, naming: Naming, reader: Reader, experiments: dict[str, Experiment]
) -> Iterator[Granule]:
    """What the survey found: runs, then contents, then what is said of all that."""
    jobs: set[str] = set()
    told = survey.told()
    while some := list(islice(told, WINDOW)):
        dates = _dates(clone, (one.commit for one in some))
        jobs |= {one.stage.job for one in some}
        yield from runs.granules(scope, ORIGIN, clone, survey, naming, experiments, some, dates, reader.warn)
    tagged, unknown = registered.versions(clone, survey)
    datasets, models = set[tuple[str, str]](), set[Key]()
    contents = iter(sorted(survey.versions.items()))
    while window := list(islice(contents, WINDOW)):
        dates = _dates(clone, (found.commit for _, found in window))
        for content, found in window:
            if survey.lacking and found.flags.kind == "deps":
                continue  # what wrote it may stand in a file that is not here
            granule = facts.version(
                scope, ORIGIN, content, found, survey, naming, reader.places, tagged, dates[found.commit]
            )
            if any(fact.key.kind is Kind.MODEL_VERSION and fact.key.parts[1] in unknown for fact in granule.entities):
                continue  # by which name it was registered is not known, and what is known of that must stay
            models |= {
                fact.key.asset for fact in granule.entities if fact.key.kind is Kind.MODEL_VERSION and fact.key.asset
            }
            datasets |= (
                {found.thing[:2]} if any(f.key.kind is Kind.DATASET_VERSION for f in granule.entities) else set()
            )
            yield granule
    yield from facts.imported(scope, ORIGIN, survey, naming)
    yield from facts.described(scope, ORIGIN, survey, naming, jobs, datasets)
    yield from facts.models(scope, ORIGIN, survey, models)


def _dates(clone: Clone, commits: Iterable[str]) -> dict[str, int | None]:
    stored = clone.objects(sorted(set(commits)))
    return {sha: git_objects.read(raw).person("committer").at for sha, raw in stored}
