"""How one asset of Azure ML names another, and where it lies.

azureml:tx:1, azureml:tx@latest                        of this workspace
azureml://registries/shared/models/base/versions/7     of a registry
azureml://datastores/lake/paths/transactions/          a place in a datastore
azureml://jobs/happy_cat/outputs/model                 what a job wrote
abfss://raw@acme.dfs.core.windows.net/transactions     a place
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from thalweg.model import keys, names
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

_SHORT = re.compile(r"azureml:(?P<name>[^:@/]+)(?::(?P<version>[^:@/]+)|@(?P<label>[^:@/]+))?")
_WHERE = (
    r"azureml:/{1,2}(?:(?i:subscriptions/[^/]+/(?:resourcegroups/[^/]+/)?(?:providers/[^/]+/)?workspaces/[^/]+/)"
    r"|registries/(?P<registry>[^/]+)/|locations/[^/]+/workspaces/[^/]+/)?"
)
"""How an address begins, if it says more than this workspace. What follows is not guessed at: a folder in a datastore
may be called `data`, or `jobs`."""
_LONG = re.compile(
    rf"{_WHERE}(?:models|data|components|environments)/"
    r"(?P<name>[^/]+)(?:/versions/(?P<version>[^/]+)|/labels/(?P<label>[^/]+))?/?"
)
_STORED = re.compile(rf"{_WHERE}datastores/(?P<store>[^/]+)/paths/(?P<path>.*)")
_OF_JOB = re.compile(rf"{_WHERE}jobs/(?P<job>[^/]+)(?:/outputs/.*)?")


class Asset(NamedTuple):
    """An asset by its name. version: None where it is named by a label, or not at all."""

    namespace: str
    name: str
    version: str | None


@dataclass(slots=True)
class Workspace:
    """One workspace, by the name of its source: its things are in `azureml://<source>`.

    stores: by the name of a datastore the address of what it holds.
    """

    source: str
    stores: dict[str, str] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        return f"azureml://{self.source}"

    def asset(self, text: str) -> Asset | None:
        """The asset that a reference names; None for one that names a place."""
        if match := _SHORT.fullmatch(text):
            return Asset(self.namespace, match["name"], match["version"])
        if match := _LONG.fullmatch(text):
            registry = match["registry"]
            namespace = f"azureml://registries/{registry}" if registry else self.namespace
            return Asset(namespace, match["name"], match["version"])
        return None

    def home(self, id: str | None) -> str:
        """The namespace of an asset, by its own id: that of its registry, where it is of one."""
        asset = self.asset(id) if id is not None else None
        return asset.namespace if asset is not None else self.namespace

    def run(self, text: str) -> Key | None:
        """The job that a reference says wrote it."""
        match = _OF_JOB.fullmatch(text)
        return keys.run(self.namespace, match["job"]) if match else None

    def address(self, text: str) -> str:
        """A place as others name it, where it lies in a datastore that is known."""
        match = _STORED.fullmatch(text)
        if match is None or match["store"] not in self.stores:
            return text
        return f"{self.stores[match['store']]}/{match['path'].lstrip('/')}"

    def place(self, text: str) -> Key | None:
        """The dataset that lies at a place; None for what is none."""
        address = self.address(text)
        if match := _STORED.fullmatch(address):
            path = match["path"].strip("/") or "/"
            return keys.dataset(f"{self.namespace}/datastores/{match['store']}", path)
        if address.startswith("azureml:"):
            return None
        try:
            return keys.dataset(*names.dataset_name(address, self.source))
        except ValueError:
            return None

    def dataset(self, text: str) -> Key | None:
        """What is read there: a version of a dataset, of which it may not be known which."""
        asset = self.asset(text)
        if asset is not None:
            return keys.dataset_version(asset.namespace, asset.name, asset.version or keys.UNVERSIONED)
        there = self.place(text)
        return Key(Kind.DATASET_VERSION, (*there.parts, keys.UNVERSIONED)) if there is not None else None

    def model(self, text: str) -> Key | None:
        """A version of a model, or the model alone where it is not said which."""
        asset = self.asset(text)
        if asset is None:
            return None
        if asset.version is None:
            return keys.model(asset.namespace, asset.name)
        return keys.model_version(asset.namespace, asset.name, asset.version)
