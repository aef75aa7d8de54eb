"""What a content is called in the graph: a version of a dataset, or of each model that lies there."""

from __future__ import annotations

from collections import defaultdict

from thalweg.importers.dvc.entries import Thing
from thalweg.importers.dvc.survey import Survey, above
from thalweg.model import keys
from thalweg.model.keys import Key


class Naming:
    """A path that an artifact names is a model in all of the history, also before that was written down: else what was
    read and what was written would be two things.
    """

    def __init__(self, survey: Survey, url: str) -> None:
        self.url = url
        models = {
            path: names - {path} or names for path, names in survey.described.models.items()
        }  # an artifact's name is better
        self._models = {path: sorted(names) for path, names in models.items() if path in survey.outs}
        self._parts: defaultdict[str, list[str]] = defaultdict(list)
        for path, names in sorted(models.items()):
            holder = next((folder for folder in above(path) if folder in survey.outs), None)
            if path not in survey.outs and holder is not None:
                self._parts[holder] += sorted(names)

    def of(self, one: Thing) -> list[Key]:
        models = self._models.get(one.name, []) if one.namespace == self.url else []
        if not models:
            return [keys.dataset_version(*one[:3])]
        return [keys.model_version(self.url, name, one.version) for name in models]

    def parts(self, one: Thing) -> list[Key]:
        """Models that lie in a folder which DVC keeps as one: their content is known by that of the folder only."""
        names = self._parts.get(one.name, []) if one.namespace == self.url else []
        return [keys.model_version(self.url, name, one.version) for name in names]

    def all(self, one: Thing) -> list[Key]:
        return [*self.of(one), *self.parts(one)]
