"""Churn: how likely a customer is to cancel next month."""

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

COLUMNS = ["tenure_months", "transactions_30d", "spend_30d", "by_card", "age"]
"""What the model is fed of the feature table; a run says so where it logs that table."""


def train(features: pd.DataFrame, labels: pd.Series, strength: float = 1.0) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength)).fit(features[COLUMNS], labels)
