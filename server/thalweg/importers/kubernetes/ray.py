"""Ray Serve on Kubernetes: a RayService, whose applications are services, each with an address of its own.

It has no revisions. What an application imports and serves, and with which image, is one release.
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.importers.kubernetes import services, uris
from thalweg.importers.kubernetes.services import Object, Release, Service
from thalweg.importers.manifest import text
from thalweg.importers.model_place import shown
from thalweg.importers.parts import Part, Wrong, as_part
from thalweg.model.errors import BadInput
from thalweg.model.facts import Json

CONFIG = "serveConfigV2"
OLD_CONFIG = "serveConfig"
STATES = {"RUNNING": "ready"}


def ray_service(object: Object) -> list[Service]:
    """The application called `default`, or not called at all, has the name of the RayService; others stand below it."""
    head = object.spec.part("rayClusterConfig", "headGroupSpec", "template", "spec").parts("containers")
    image = head[0].text("image") if head else None
    states = object.status.part("activeServiceStatus", "applicationStatuses")
    found: list[Service] = []
    for application in _configured(object).parts("applications"):
        name = application.text("name") or "default"
        called = object.name if name == "default" else f"{object.name}/{name}"
        service = services.service(object, "ray serve", called=called)
        state = states.part(name).text("status")
        uri = tuple(dict.fromkeys(_uris(application)))
        config: dict[str, Json] = {
            "import_path": application.text("import_path"),
            "route_prefix": application.text("route_prefix"),
            "working_dir": shown(application.part("runtime_env").text("working_dir") or "") or None,
            "image": image,
        }
        release = Release(
            revision="",
            marks=service.marks,
            uris=uri,
            since=object.created if object.untouched else None,
            until=services.ended(object),
            traffic=100,
            status=STATES.get(state, f"not ready: {state}") if state else None,
            config=services.known(config),
        )
        release.revision = services.specified(release)
        service.releases.append(release)
        found.append(service)
    if object.spec.data.get(CONFIG) is None and object.spec.data.get(OLD_CONFIG) is not None:
        service = services.service(object, "ray serve")
        why = f"what its {OLD_CONFIG} serves is not read; {CONFIG} is, and has taken its place"
        service.releases.append(Release("", service.marks, unknown=why))
        found.append(service)
    return found


def _configured(object: Object) -> Part:
    """The configuration of Ray Serve, which is YAML within YAML."""
    where = (*object.spec.where, CONFIG)
    written = object.spec.data.get(CONFIG)
    if written is None:
        return Part({}, where)
    if not isinstance(written, str):
        raise Wrong(where, written, f"must be text, which holds YAML; write `{CONFIG}: |` and indent what is below it")
    try:
        document = text.parse(written.encode("utf-8", "replace"), CONFIG)
    except BadInput as error:
        raise Wrong(where, written, f"is no YAML ({error.problems[0]})") from error
    if document.problems:
        raise Wrong(where, written, f"is not what it should be ({document.problems[0]})")
    return as_part(document.data, where)


def _uris(application: Part) -> Iterator[str]:
    """Where models lie, by the names of arguments, of environment variables, and of what the user configures."""
    yield from uris.in_tree(application.part("args").data)
    yield from uris.in_tree(application.part("runtime_env").texts("env_vars"))
    for deployment in application.parts("deployments"):
        yield from uris.in_tree(deployment.part("user_config").data)
        yield from uris.in_tree(deployment.part("ray_actor_options", "runtime_env").texts("env_vars"))
