"""Sources that are kept in step: a file names them, and each is read again and again.

bringing.py  one pass of an importer into a store      importing.py  which importer reads what, with which options
file.py      the file of sources                       pauses.py     when a source is due again
standing.py  how a source stands, kept in the store    keeping.py    all of them, each at its time
"""
