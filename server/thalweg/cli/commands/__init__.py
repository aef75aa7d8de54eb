"""What each command does; `program.py` imports one when it runs."""
