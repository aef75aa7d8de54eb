"""What an article will sell next week: a mean that forgets."""

import csv
import json
from pathlib import Path

import yaml

forget = yaml.safe_load(Path("params.yaml").read_text())["train"]["forget"]
levels: dict[str, float] = {}
errors: list[float] = []
with Path("data/weekly.csv").open() as file:
    for row in csv.DictReader(file):
        before, sold = levels.get(row["article_id"]), float(row["sold"])
        if before is not None:
            errors.append(abs(before - sold))
        levels[row["article_id"]] = sold if before is None else (1 - forget) * before + forget * sold
Path("models").mkdir(exist_ok=True)
Path("models/demand.json").write_text(json.dumps(levels, sort_keys=True))
Path("metrics.json").write_text(json.dumps({"mae": round(sum(errors) / len(errors), 3)}) + "\n")
