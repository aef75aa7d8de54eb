"""The new schema of a dataset, out of a file, compared with the columns that a store knows. Nothing is written.

tables = read(Path("orders.sql"), table="shop.orders")
comparison = compare("postgres://db:5432", known, tables[0])
"""

from thalweg.schemas.altering import altered
from thalweg.schemas.comparing import Comparison, compare
from thalweg.schemas.data import Data, data_of
from thalweg.schemas.extras import NotInstalled
from thalweg.schemas.reading import FORMATS, called, format_of, read, read_text
from thalweg.schemas.table import Table

__all__ = [
    "FORMATS",
    "Comparison",
    "Data",
    "NotInstalled",
    "Table",
    "altered",
    "called",
    "compare",
    "data_of",
    "format_of",
    "read",
    "read_text",
]
