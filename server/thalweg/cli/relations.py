"""The relations of each kind, by the names of the fields that the filters of the API have for them."""

from __future__ import annotations

from collections.abc import Mapping

from thalweg.model.kinds import Kind

LINK = "Link"
"""What stands at the other end of a relation that leads to several kinds."""

RELATIONS: Mapping[Kind, Mapping[str, Kind | str]] = {
    Kind.DATASET: {
        "versions": Kind.DATASET_VERSION,
        "consumers": LINK,
        "producers": LINK,
        "derivedInto": Kind.DATASET,
        "derivedFrom": Kind.DATASET,
    },
    Kind.DATASET_VERSION: {
        "datasetIs": Kind.DATASET,
        "producers": LINK,
        "consumers": LINK,
        "servedTo": Kind.RELEASE,
        "derivedInto": Kind.DATASET_VERSION,
        "derivedFrom": Kind.DATASET_VERSION,
    },
    Kind.REPOSITORY: {"commits": Kind.COMMIT, "jobs": Kind.JOB},
    Kind.COMMIT: {
        "repositoryIs": Kind.REPOSITORY,
        "runs": Kind.RUN,
        "parents": Kind.COMMIT,
        "children": Kind.COMMIT,
    },
    Kind.JOB: {"runs": Kind.RUN, "inputs": LINK, "outputs": LINK, "repositories": Kind.REPOSITORY},
    Kind.RUN: {
        "jobIs": Kind.JOB,
        "commit": Kind.COMMIT,
        "inputs": LINK,
        "outputs": LINK,
        "parent": Kind.RUN,
        "children": Kind.RUN,
    },
    Kind.MODEL: {
        "versions": Kind.MODEL_VERSION,
        "producers": Kind.JOB,
        "consumers": Kind.JOB,
        "deployments": Kind.DEPLOYMENT,
        "derivedInto": Kind.MODEL,
        "derivedFrom": Kind.MODEL,
    },
    Kind.MODEL_VERSION: {
        "modelIs": Kind.MODEL,
        "producer": Kind.RUN,
        "consumers": Kind.RUN,
        "releases": Kind.RELEASE,
        "derivedInto": Kind.MODEL_VERSION,
        "derivedFrom": Kind.MODEL_VERSION,
    },
    Kind.DEPLOYMENT: {
        "releases": Kind.RELEASE,
        "models": Kind.MODEL,
        "inputs": Kind.DATASET,
        "outputs": Kind.DATASET,
    },
    Kind.RELEASE: {
        "deploymentIs": Kind.DEPLOYMENT,
        "models": Kind.MODEL_VERSION,
        "inputs": Kind.DATASET_VERSION,
        "outputs": Kind.DATASET_VERSION,
    },
}
"""The relations of each kind, as its filter calls them."""

OF_LINKS: Mapping[str, Kind] = {
    "dataset": Kind.DATASET,
    "datasetVersion": Kind.DATASET_VERSION,
    "job": Kind.JOB,
    "run": Kind.RUN,
    "model": Kind.MODEL,
    "modelVersion": Kind.MODEL_VERSION,
    "deployment": Kind.DEPLOYMENT,
    "release": Kind.RELEASE,
}
"""What may stand at the other end of a relation that leads to several kinds."""
