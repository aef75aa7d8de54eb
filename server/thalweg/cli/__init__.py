"""The command line. `program.py` declares every command; what each does is in a module that is imported when it runs.

main.py       the entry: errors as one line, exit codes     graph.py     asks a server, or a store, the same documents
program.py    commands, arguments, options                  queries/     those documents
output.py     what is printed, on terminals and in pipes    things.py    how an entity is named and shown
"""
