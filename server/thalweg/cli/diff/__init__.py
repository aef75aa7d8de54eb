"""What a range of Git changes of tables and datasets, as questions for the API.

range of commits → changed files, each with its text before and after → tables and outputs → a proposal each
"""
