"""Sales by article and week."""

import csv
from collections import Counter
from pathlib import Path

weekly: Counter[tuple[str, int]] = Counter()
with Path("data/sales.csv").open() as file:
    for row in csv.DictReader(file):
        weekly[row["article_id"], int(row["day"]) // 7] += int(row["sold"])
with Path("data/weekly.csv").open("w") as file:
    file.write("article_id,week,sold\n")
    file.writelines(f"{article},{week},{sold}\n" for (article, week), sold in sorted(weekly.items()))
