"""The new schema of a dataset, out of a file, compared with the columns that a store knows. Nothing is written.

tables = read(Path("orders.sql"), table="shop.orders")
comparison = compare("postgres://db:5432", known, tables[0])
"""

from thalweg.schemas.comparing import Comparison, compare
from thalweg.schemas.reading import FORMATS, read
from thalweg.schemas.table import Table

__all__ = ["FORMATS", "Comparison", "Table", "compare", "read"]
