"""Endpoints as deployments: each configuration that one was given is a release, whose variants share the traffic.

(modelVersion)-[:SERVED_BY {traffic}]->(release)        (deployment)-[:PRODUCED]->(dataset)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from thalweg.importers.parts import Part
from thalweg.importers.sagemaker.known import Arn, Known, package
from thalweg.importers.sagemaker.registry import ORIGIN, known
from thalweg.model import keys, names
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

UNSAID = 1.0
"""The weight of a variant to which nobody gave one."""


@dataclass(slots=True)
class Environment:
    """How endpoints are named: in the environment that was given; without one, in that of their account and region."""

    given: str | None
    taken: dict[str, str] = field(default_factory=dict)

    def named(self, arn: Arn, name: str, warnings: list[str]) -> Key:
        *_, region, account = arn.namespace.split(":")
        if self.given is None:
            return keys.deployment(f"{account}/{region}", name)
        first = self.taken.setdefault(name, arn.namespace)
        if first == arn.namespace:
            return keys.deployment(self.given, name)
        warnings.append(
            f"The endpoint {name} of {region} is called {account}/{region}/{name} here, for {first} has one too."
        )
        return keys.deployment(self.given, f"{account}/{region}/{name}")


def endpoint(
    source: str, answer: Part, dump: Known, environment: Environment, warnings: list[str]
) -> Iterator[Granule]:
    """The endpoint, and the release that it is at."""
    arn, name = Arn.of(answer.text("EndpointArn")), answer.text("EndpointName")
    if arn is None or name is None:
        return
    key = environment.named(arn, name, warnings)
    created = answer.time("CreationTime")
    config_name = answer.text("EndpointConfigName")
    config = dump.config(arn.namespace, config_name)
    props: dict[str, Json] = {
        "platform": "sagemaker",
        "created_at": created,
        "extra": {"sagemaker": {"arn": answer.text("EndpointArn")}},
    }
    capture = answer.part("DataCaptureConfig")
    edges: list[EdgeFact] = []
    if capture.truth("EnableCapture") and (uri := capture.text("DestinationS3Uri")):
        edges.append(EdgeFact(key, EdgeType.PRODUCED, keys.dataset(*names.dataset_name(uri, dump.source))))
    scope = "/".join(key.parts)
    yield Granule(source, f"deployment/{scope}", ORIGIN, entities=[EntityFact(key, props)], edges=edges)
    if config_name is None:
        return
    if config is None:
        warnings.append(f"The configuration {config_name} of endpoint {name} was not told: it serves nothing here.")
        config = Part({})
    since = max((at for at in (created, config.time("CreationTime")) if at is not None), default=None)
    release = Key(Kind.RELEASE, (*key.parts, config_name))
    status = answer.text("EndpointStatus")
    said: dict[str, Json] = {
        "since": since,
        "status": "ready" if status == "InService" else f"not ready: {status}" if status else None,
        "config": _config(config),
    }
    served = list(_served(answer, config, dump, release, arn, warnings))
    yield Granule(source, f"release/{scope}/{config_name}", ORIGIN, entities=[EntityFact(release, said)], edges=served)


def _served(
    answer: Part, config: Part, dump: Known, release: Key, endpoint: Arn, warnings: list[str]
) -> Iterator[EdgeFact]:
    """What each variant serves. Variants of one version share an edge, with all that they get of the traffic."""
    for kind, role in (("ProductionVariants", ""), ("ShadowProductionVariants", "shadow")):
        now = {one.text("VariantName"): one.number("CurrentWeight") for one in answer.parts(kind)}
        weights: dict[Key, float] = {}
        total = 0.0
        for variant in config.parts(kind):
            name = variant.text("VariantName")
            given = (now.get(name), variant.number("InitialVariantWeight"), UNSAID)
            weight = next(one for one in given if one is not None)
            total += weight
            model = variant.text("ModelName")
            found = _versions(endpoint.namespace, model, dump)
            if not found:
                warnings.append(
                    f"What the variant {name} of endpoint {endpoint.resource.partition('/')[2]} serves was not told."
                )
            for key in found:
                weights[key] = weights.get(key, 0.0) + weight
        for key, weight in weights.items():
            share = 0.0 if role or not total else round(100 * weight / total, 4)
            yield EdgeFact(key, EdgeType.SERVED_BY, release, role, {"traffic": share})


def _versions(place: str, model: str | None, dump: Known) -> list[Key]:
    """The versions that a model of SageMaker's is made of."""
    found: list[Key] = []
    for one in dump.containers(place, model):
        key = package(one.package) or (dump.lying_at(one.uri) if one.uri else None)
        if key is not None and key not in found:
            found.append(key)
    return found


def _config(config: Part) -> dict[str, Json]:
    """What is kept of a configuration: what runs on what. Never the environment of a container."""
    variants = {
        one.text("VariantName") or "": known(
            {
                "model": one.text("ModelName"),
                "instance": one.text("InstanceType"),
                "instances": one.whole("InitialInstanceCount"),
                "serverless": one.part("ServerlessConfig").data,
            }
        )
        for kind in ("ProductionVariants", "ShadowProductionVariants")
        for one in config.parts(kind)
    }
    return known({"variants": variants})
