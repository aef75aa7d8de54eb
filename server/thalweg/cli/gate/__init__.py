"""What `thalweg check` makes of the answers of the impact engine: a report, and the forms that it is written in.

Answers, waivers and a baseline come in, a report comes out, and text of it. What asks, and what writes files, is in
`cli/commands/check.py`.
"""
