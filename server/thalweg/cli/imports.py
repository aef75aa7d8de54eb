"""The commands of `thalweg import`: as in `program.py`, their names, arguments and help; what they do is imported when
they run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thalweg.cli import import_group, options
from thalweg.cli.import_group import ImportGroup

imports = typer.Typer(
    cls=ImportGroup,
    help="Import what other systems know. Run it as often as you like: what did not change is skipped.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@imports.callback()
def importing(
    listed: Annotated[
        bool, typer.Option("--list", help="List the importers there are.", callback=import_group.show, is_eager=True)
    ] = False,
) -> None:
    """Import what other systems know. Run it as often as you like: what did not change is skipped."""


@imports.command("auto")
def import_auto(
    place: Annotated[
        str, typer.Argument(metavar="PATH|URL", help="A file, a folder or an address.", show_default=False)
    ],
    yes: options.Yes = False,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Says what lies at a place and which importers read it; then imports it, when you say so."""
    from thalweg.cli.commands.recognising import auto

    return auto(store, place, yes, as_json)


@imports.command("mlflow")
def import_mlflow(
    location: Annotated[
        str,
        typer.Argument(
            metavar="LOCATION",
            help="Its SQLite file, its database (postgresql://…), its server (https://…), or its folder mlruns.",
            show_default=False,
        ),
    ],
    source: options.Source = None,
    artifacts: Annotated[
        Path | None,
        typer.Option(
            "--artifacts", metavar="DIR", help="Where its artifacts lie here, for signatures.", show_default=False
        ),
    ] = None,
    repository: options.RepositoryOfRuns = None,
    no_histories: Annotated[
        bool,
        typer.Option("--no-histories", help="Of metrics the last value alone, which spares a server many questions."),
    ] = False,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Runs, datasets, models, versions, aliases and stages of an MLflow store, which is read and never written."""
    from thalweg.cli.commands.imports import mlflow

    return mlflow(store, location, source, artifacts, repository, not no_histories, as_json)


@imports.command("git")
def import_git(
    locations: options.Repositories,
    source: options.Source = None,
    url: options.Url = None,
    all_commits: Annotated[
        bool, typer.Option("--all", help="Every commit; else those that runs name, and those between.")
    ] = False,
    cache: options.Clones = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Commits of a Git repository: those that known runs name and the chain between them, or all."""
    from thalweg.cli.commands.repositories import Given, git

    return git(store, Given(locations, source, url, cache), all_commits, as_json)


@imports.command("gto")
def import_gto(
    locations: options.Repositories,
    source: options.Source = None,
    url: options.Url = None,
    cache: options.Clones = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Models, versions and stages that GTO registered by tags of a Git repository."""
    from thalweg.cli.commands.repositories import Given, gto

    return gto(store, Given(locations, source, url, cache), as_json)


@imports.command("lfs")
def import_lfs(
    locations: options.Repositories,
    source: options.Source = None,
    url: options.Url = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="COMMIT", help="A branch, a tag or a sha; the default branch without.", show_default=False
        ),
    ] = None,
    all_commits: Annotated[
        bool, typer.Option("--all", help="Every content that a file ever had; else those of one commit.")
    ] = False,
    cache: options.Clones = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Files that Git LFS keeps, as versions of datasets by their content."""
    from thalweg.cli.commands.repositories import Given, lfs

    return lfs(store, Given(locations, source, url, cache), at, all_commits, as_json)


@imports.command("dvc")
def import_dvc(
    locations: options.Repositories,
    source: options.Source = None,
    url: options.Url = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="COMMIT", help="A branch, a tag or a sha; the default branch without.", show_default=False
        ),
    ] = None,
    all_commits: Annotated[
        bool, typer.Option("--all", help="The whole history, with experiments; else what one commit holds.")
    ] = False,
    cache: options.Clones = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Data, models and runs of stages that DVC keeps in a Git repository."""
    from thalweg.cli.commands.repositories import Given, dvc

    return dvc(store, Given(locations, source, url, cache), at, all_commits, as_json)


@imports.command("dbt")
def import_dbt(
    location: Annotated[
        str,
        typer.Argument(
            metavar="PATH", help="A project, its target folder, or a manifest.json in one.", show_default=False
        ),
    ],
    source: options.Source = None,
    namespace: Annotated[
        str | None,
        typer.Option(
            "--namespace",
            metavar="NAME",
            help="What others call the warehouse: postgres://db:5432, snowflake://ORGANIZATION-ACCOUNT.",
            show_default=False,
        ),
    ] = None,
    catalog: Annotated[
        Path | None,
        typer.Option(
            "--catalog", metavar="FILE", help="Its catalog.json, where it lies elsewhere.", show_default=False
        ),
    ] = None,
    run_results: Annotated[
        list[Path] | None,
        typer.Option("--run-results", metavar="FILE", help="A run_results.json that lies elsewhere (again for more)."),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(
            "--repository", metavar="URL", help="The repository of the commits that dbt names.", show_default=False
        ),
    ] = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Tables with their columns, what makes them, runs and column lineage of a dbt project."""
    from thalweg.cli.commands.imports import dbt

    return dbt(store, location, source, namespace, catalog, run_results or (), repository, as_json)


@imports.command("files")
def import_files(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Files, folders, or patterns like 'data/*.parquet'.", show_default=False
        ),
    ],
    source: options.Source = None,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root", metavar="DIR", help="Datasets are named below it; the current folder without.", show_default=False
        ),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(
            "--namespace",
            metavar="NAME",
            help="Where the data lies for others: s3://lake/raw, or a repository's URL.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="What the one dataset that is read is called.", show_default=False),
    ] = None,
    as_folder: Annotated[bool, typer.Option("--as-folder", help="Each folder that is given is one dataset.")] = False,
    use_md5: Annotated[bool, typer.Option("--md5", help="Versions are MD5 digests, as DVC has them.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="This is all of the source: what is not there any more is gone.")
    ] = False,
    threads: Annotated[
        int | None, typer.Option("--threads", metavar="N", min=1, max=64, help="Read so many files at a time.")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            "--cache",
            metavar="DIR",
            envvar="THALWEG_CACHE",
            help="Where digests are kept for the next time; ~/.cache/thalweg without.",
            show_default=False,
            show_envvar=False,
        ),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep no digests, and read every file.")] = False,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Files or folders on a disk, as versions of datasets by their content, with columns and rows."""
    from thalweg.cli.commands.imports import FilesOptions, files
    from thalweg.cli.given import refuse_both

    refuse_both(context, "cache", "no_cache", "one says where digests are kept, the other that none are")
    given = FilesOptions(source, root, namespace, name, as_folder, use_md5, everything, threads, cache, no_cache)
    return files(store, paths, given, as_json)


@imports.command("manifest")
def import_manifest(
    location: Annotated[
        str, typer.Argument(metavar="PATH", help="A manifest, or a folder of them.", show_default=False)
    ],
    source: options.Source = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Facts written by hand in YAML or JSON: what is deployed where, owners, what a run produced."""
    from thalweg.cli.commands.imports import manifest

    return manifest(store, location, source, as_json)


@imports.command("openlineage")
def import_openlineage(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Events, one a line or one a file, packed or not; or folders.", show_default=False
        ),
    ],
    source: options.Source = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse an event that is not quite as the specification says.")
    ] = False,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Runs, jobs and datasets of OpenLineage events that were written to files."""
    from thalweg.cli.commands.imports import openlineage

    return openlineage(store, files, source, strict, as_json)


@imports.command("kubernetes")
def import_kubernetes(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...", help="Manifests, folders of them, or what kubectl printed.", show_default=False
        ),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option("--context", metavar="NAME", help="Ask this cluster of a kubeconfig instead.", show_default=False),
    ] = None,
    kubeconfig: Annotated[
        Path | None,
        typer.Option(
            "--kubeconfig",
            metavar="FILE",
            help="The kubeconfig; else that of KUBECONFIG, else ~/.kube/config. Alone: its current context.",
            show_default=False,
        ),
    ] = None,
    exec_plugin: Annotated[
        bool, typer.Option("--exec-plugin", help="Run the program that the kubeconfig names to log in.")
    ] = False,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", metavar="NAME", help="Only this namespace of the cluster.", show_default=False),
    ] = None,
    environment: Annotated[
        list[str] | None,
        typer.Option(
            "--environment",
            metavar="[NAMESPACE=]NAME",
            help="The environment of all, or of this namespace; else each namespace is one (again for more).",
        ),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(
            "--models",
            metavar="NAMESPACE",
            help="The registry that models:/ means, like mlflow://prod.",
            show_default=False,
        ),
    ] = None,
    source: options.Source = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """What KServe, Seldon, Ray Serve and marked Deployments serve: from manifests, or from a live cluster."""
    from thalweg.cli.commands.imports import Cluster, kubernetes

    live = None
    if context is not None or kubeconfig is not None:
        live = Cluster(context, kubeconfig, exec_plugin)
    elif exec_plugin:
        from thalweg.model.errors import BadInput

        raise BadInput(
            "--exec-plugin logs in to a cluster, and none is named.", "Name it with --context or --kubeconfig."
        )
    return kubernetes(store, paths or [], live, source, namespace, environment or [], models, as_json)


@imports.command("sagemaker")
def import_sagemaker(
    location: Annotated[
        str,
        typer.Argument(
            metavar="LOCATION",
            help="Its API (aws://eu-west-1, aws://PROFILE@REGION), a dump of its answers, or a folder of them.",
            show_default=False,
        ),
    ],
    environment: Annotated[
        str | None,
        typer.Option(
            "--environment",
            metavar="NAME",
            help="The environment of its endpoints; their account and region without.",
            show_default=False,
        ),
    ] = None,
    source: options.Source = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Model packages with approvals, training jobs, endpoints and lineage of SageMaker, from its API or a dump."""
    from thalweg.cli.commands.imports import sagemaker

    return sagemaker(store, location, source, environment, as_json)


@imports.command("azureml")
def import_azureml(
    location: Annotated[
        str, typer.Argument(metavar="PATH", help="A folder of its YAML, or a file.", show_default=False)
    ],
    environment: Annotated[
        str | None,
        typer.Option(
            "--environment",
            metavar="NAME",
            help="The environment of its endpoints; the workspace without.",
            show_default=False,
        ),
    ] = None,
    source: options.Source = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Models, data, jobs and endpoints of Azure ML, from the YAML of its assets."""
    from thalweg.cli.commands.imports import azureml

    return azureml(store, location, source, environment, as_json)


@imports.command("neptune")
def import_neptune(
    location: Annotated[
        str,
        typer.Argument(metavar="DIR", help="What neptune-exporter wrote: its folder exports.", show_default=False),
    ],
    source: options.Source = None,
    files: Annotated[
        Path | None,
        typer.Option(
            "--files", metavar="DIR", help="Where it brought files to, if not beside its data.", show_default=False
        ),
    ] = None,
    errors: Annotated[
        Path | None,
        typer.Option("--errors", metavar="FILE", help="Its report of errors, if not beside.", show_default=False),
    ] = None,
    repository: options.RepositoryOfRuns = None,
    step_multiplier: Annotated[
        int,
        typer.Option("--step-multiplier", metavar="N", min=1, max=1_000_000, help="For steps that have fractions."),
    ] = 1,
    everything: Annotated[
        bool, typer.Option("--all", help="This is all of the source: what is not there any more is gone.")
    ] = False,
    store: options.Store = None,
    as_json: options.Json = False,
) -> int:
    """Runs, models, stages and artifacts of a Neptune, as its exporter wrote them."""
    from thalweg.cli.commands.imports import NeptuneOptions, neptune

    given = NeptuneOptions(source, files, errors, repository, step_multiplier, everything)
    return neptune(store, location, given, as_json)
