"""Thalweg: one graph of data, code, runs, models and deployments, and the questions asked of it."""

__version__ = "0.1.0"
