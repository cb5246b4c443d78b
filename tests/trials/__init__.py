"""Trials: longer runs than tests may be, each a module with a main() that prints what it measured.

python -m tests.trials              all of them
python -m tests.trials polite       one
"""
