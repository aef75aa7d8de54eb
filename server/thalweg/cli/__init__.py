"""The command line: commands are declared, and what each does is in a module that is imported when it runs.

main.py       the entry: errors as one line, exit codes     graph.py     asks a server, or a store, the same documents
program.py    commands, arguments, options; and              queries/     those documents
changing.py   those that ask what a change does
imports.py    those of `thalweg import`                     groups.py    the others that stand in groups
output.py     what is printed, on terminals and in pipes    things.py    how an entity is named and shown
"""
