"""How one asset of Azure ML names another, and where it lies.

azureml:tx:1, azureml:tx@latest                                  of this workspace
azureml:/subscriptions/…/workspaces/ws/data/tx/versions/1        of the workspace that it names
azureml://locations/…/workspaces/<number>/data/tx/versions/1     of this workspace
azureml://registries/shared/models/base/versions/7               of a registry
azureml://datastores/lake/paths/transactions/                    a place in a datastore
azureml://jobs/happy_cat/outputs/model                           what a job wrote
abfss://raw@acme.dfs.core.windows.net/transactions               a place
./transactions                                                   a place, from the folder of the file that says so

These are the forms that Azure has; what only resembles one, as a folder `data` in a datastore does, is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from posixpath import normpath
from typing import NamedTuple

from thalweg.model import keys, names
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

_WITHIN = r"subscriptions/[^/]+/resourcegroups/[^/]+(?:/providers/microsoft\.machinelearningservices)?"
_WORKSPACE = rf"{_WITHIN}/workspaces/(?P<workspace>[^/]+)"
_NAMED = (
    r"(?:models|data|components|environments)/(?P<name>[^/]+)"
    r"(?:/versions/(?P<version>[^/]+)|/labels/(?P<label>[^/]+))?/?"
)
_SHORT = re.compile(r"azureml:(?P<name>[^:@/]+)(?::(?P<version>[^:@/]+)|@(?P<label>[^:@/]+))?")
_LONG = re.compile(rf"(?:azureml:/{{1,2}}|/){_WORKSPACE}/{_NAMED}", re.IGNORECASE)
_LOCATED = re.compile(rf"azureml:/{{1,2}}locations/[^/]+/workspaces/[^/]+/{_NAMED}", re.IGNORECASE)
"""The workspace is a number here, so that it cannot be told whether it is another."""
_REGISTERED = re.compile(
    rf"(?:azureml:/{{1,2}}|/)(?:{_WITHIN}/)?registries/(?P<registry>[^/]+)/{_NAMED}", re.IGNORECASE
)
_OF_JOB = re.compile(rf"azureml:/{{1,2}}(?:{_WORKSPACE}/)?jobs/(?P<job>[^/]+)(?:/outputs/.*)?", re.IGNORECASE)
_IDENTITY = re.compile(rf"(?:azureml:/?)?/{_WORKSPACE}/.*", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\~]|\$\{\{")
"""What does not begin so is a path from the folder of its file."""


class Asset(NamedTuple):
    """An asset by its name. version: None where it is named by a label, or not at all."""

    namespace: str
    name: str
    version: str | None


def workspace_of(identity: str) -> str | None:
    """The workspace that the id of a resource names."""
    match = _IDENTITY.fullmatch(identity)
    return match["workspace"] if match else None


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace, by the name of its source: its things are in `azureml://<source>`.

    stores: by the name of a datastore the address of what it holds. called: what Azure calls it, in lower case; where
    nobody knows, whatever workspace is named is this one. folder: of the file that speaks, within the source.
    """

    source: str
    stores: dict[str, str] = field(default_factory=dict)
    called: frozenset[str] = frozenset()
    folder: str = ""

    @property
    def namespace(self) -> str:
        return f"azureml://{self.source}"

    def within(self, folder: str) -> Workspace:
        """The same, for the files of a folder."""
        return replace(self, folder=folder)

    def asset(self, text: str) -> Asset | None:
        """The asset that a reference names; None for one that names a place."""
        if match := _SHORT.fullmatch(text) or _LOCATED.fullmatch(text):
            return Asset(self.namespace, match["name"], match["version"])
        if match := _LONG.fullmatch(text):
            return Asset(f"azureml://{self._named(match['workspace'])}", match["name"], match["version"])
        if match := _REGISTERED.fullmatch(text):
            return Asset(f"azureml://registries/{match['registry']}", match["name"], match["version"])
        return None

    def home(self, id: str | None) -> str:
        """The namespace of an asset, by its own id: that of its registry, where it is of one."""
        asset = self.asset(id) if id is not None else None
        return asset.namespace if asset is not None else self.namespace

    def run(self, text: str) -> Key | None:
        """The job that a reference says wrote it."""
        match = _OF_JOB.fullmatch(text)
        return keys.run(f"azureml://{self._named(match['workspace'])}", match["job"]) if match else None

    def address(self, text: str) -> str:
        """A place as others name it, where it lies in a datastore that is known; a path from the source's folder."""
        stored = names.datastore(text)
        if stored is not None and self._named(stored.workspace) == self.source and stored.store in self.stores:
            return f"{self.stores[stored.store]}/{stored.path.lstrip('/')}"
        if self.folder and not _ADDRESS.match(text):
            return normpath(f"{self.folder}/{text}".replace("\\", "/"))
        return text

    def place(self, text: str) -> Key | None:
        """The dataset that lies at a place; None for what is none, and for a path that leaves the source's folder."""
        address = self.address(text)
        if stored := names.datastore(address):
            return keys.dataset(*names.in_datastore(self._named(stored.workspace), stored.store, stored.path))
        outside = not _ADDRESS.match(address) and f"{normpath(address)}/".startswith("../")
        if outside or address.lower().startswith("azureml:"):
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

    def _named(self, workspace: str | None) -> str:
        """What a workspace that a reference names is called here: this one as its source is."""
        mine = workspace is None or not self.called or workspace.lower() in self.called
        return self.source if mine or workspace is None else workspace
