"""One entity, by id, by name, or by natural key. What is not known is null; what is ambiguous is an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry

from thalweg.graphql import named, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.model.errors import BadInput
from thalweg.model.keys import kind_of_id
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity

Namespace = Annotated[
    str | None, strawberry.argument(description="Its namespace; may be left out where only one thing bears the name.")
]
Name = Annotated[str, strawberry.argument(description="Its name.")]


def _shown(found: Entity | None) -> types.Entity | None:
    return None if found is None else types.entity(found)


async def _known(info: Info, ids: Sequence[str]) -> list[types.Node | None]:
    found = await info.context.store.get([id for id in ids if kind_of_id(id)], info.context.caller)
    return [_shown(found.get(id)) for id in ids]


@strawberry.type
class Lookups:
    """The part of Query that looks one thing up."""

    @answered("The entity of an id; null where there is none.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> types.Node | None:
        return (await _known(info, [id]))[0]

    @answered("The entities of several ids, in their order, with null where there is none.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids; at most 100.")]
    ) -> list[types.Node | None]:
        if len(ids) > info.context.limits.first:
            raise BadInput(
                f"`ids` holds {len(ids)} ids, and may hold {info.context.limits.first}.", "Ask in several queries."
            )
        return await _known(info, ids)

    @answered(
        "The entity that a text names: an id, `dataset:s3://lake/transactions`, `dataset:transactions@sha256:…`, "
        "`model:fraud`, `model:fraud/3`, `model:fraud@champion`, `job:etl/clean`, `run:4f1c…`, `commit:abc1234`, "
        "`repository:github.com/acme/churn`, `deployment:production/fraud`, or a name alone where only one bears it."
    )
    async def entity(
        self, info: Info, of: Annotated[str, strawberry.argument(description="The text.")]
    ) -> types.Entity | None:
        return _shown(await named.referred(info.context, of))

    @answered("A dataset, by its OpenLineage namespace and name, or by its URI as the name alone.")
    async def dataset(self, info: Info, name: Name, namespace: Namespace = None) -> types.Dataset | None:
        return _shown(await named.asset(info.context, Kind.DATASET, namespace, name))  # type: ignore[return-value]

    @answered("A version of a dataset.")
    async def dataset_version(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="The name of the dataset.")],
        version: Annotated[str, strawberry.argument(description="The version: `sha256:…`, or its provider's.")],
        namespace: Namespace = None,
    ) -> types.DatasetVersion | None:
        found = await named.version(info.context, Kind.DATASET, namespace, name, version)
        return _shown(found)  # type: ignore[return-value]

    @answered("A repository, by any of its URLs: with or without `.git`, by https or ssh.")
    async def repository(
        self, info: Info, url: Annotated[str, strawberry.argument(description="The URL.")]
    ) -> types.Repository | None:
        return _shown(await named.repository(info.context, url))  # type: ignore[return-value]

    @answered("A commit, by its sha or the beginning of it.")
    async def commit(
        self,
        info: Info,
        sha: Annotated[str, strawberry.argument(description="Seven or more hexadecimal digits.")],
        repository: Annotated[
            str | None,
            strawberry.argument(
                description="The URL of its repository; may be left out where the sha is the only one."
            ),
        ] = None,
    ) -> types.Commit | None:
        return _shown(await named.commit(info.context, repository, sha))  # type: ignore[return-value]

    @answered("A job.")
    async def job(self, info: Info, name: Name, namespace: Namespace = None) -> types.Job | None:
        return _shown(await named.asset(info.context, Kind.JOB, namespace, name))  # type: ignore[return-value]

    @answered("A run.")
    async def run(
        self,
        info: Info,
        run_id: Annotated[str, strawberry.argument(description="The id that its system gave it.")],
        namespace: Namespace = None,
    ) -> types.Run | None:
        return _shown(await named.run(info.context, namespace, run_id))  # type: ignore[return-value]

    @answered("A model.")
    async def model(self, info: Info, name: Name, namespace: Namespace = None) -> types.Model | None:
        return _shown(await named.asset(info.context, Kind.MODEL, namespace, name))  # type: ignore[return-value]

    @answered("A version of a model, by its version or by an alias.")
    async def model_version(
        self,
        info: Info,
        model: Annotated[str, strawberry.argument(description="The name of the model.")],
        version: Annotated[str | None, strawberry.argument(description="Its version.")] = None,
        alias: Annotated[str | None, strawberry.argument(description="An alias that points at it now.")] = None,
        namespace: Namespace = None,
    ) -> types.ModelVersion | None:
        if (version is None) == (alias is None):
            raise BadInput("A model version is named by `version` or by `alias`.", "Give one of them.")
        found = (
            await named.version(info.context, Kind.MODEL, namespace, model, version)
            if version is not None
            else await named.aliased(info.context, namespace, model, alias or "")
        )
        return _shown(found)  # type: ignore[return-value]

    @answered("A deployment; its namespace is its environment.")
    async def deployment(self, info: Info, name: Name, namespace: Namespace = None) -> types.Deployment | None:
        return _shown(await named.asset(info.context, Kind.DEPLOYMENT, namespace, name))  # type: ignore[return-value]

    @answered("A release of a deployment.")
    async def release(
        self,
        info: Info,
        deployment: Annotated[str, strawberry.argument(description="The name of the deployment.")],
        revision: Annotated[str, strawberry.argument(description="The revision.")],
        namespace: Namespace = None,
    ) -> types.Release | None:
        found = await named.version(info.context, Kind.DEPLOYMENT, namespace, deployment, revision)
        return _shown(found)  # type: ignore[return-value]
