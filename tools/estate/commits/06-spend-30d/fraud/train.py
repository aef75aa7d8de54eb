"""Fraud: how likely it is that a customer's payments are charged back."""

import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier

COLUMNS = ["transactions_30d", "spend_30d", "largest", "abroad", "by_card", "age"]
"""What the model is fed of the feature table; a run says so where it logs that table."""


def train(
    features: pd.DataFrame,
    labels: pd.Series,
    trees: int = 20,
    depth: int = 3,
    learning_rate: float = 0.2,
    predictions: pd.DataFrame | None = None,
) -> GradientBoostingClassifier:
    """`predictions`: what production said; a customer it was sure about, and was wrong, counts more."""
    weights = None
    if predictions is not None:
        score = features.index.map(predictions.set_index("customer_id")["score"]).to_numpy(float)
        weights = 1.0 + abs(score - labels.to_numpy(float))
    model = GradientBoostingClassifier(
        n_estimators=trees, max_depth=depth, learning_rate=learning_rate, random_state=7
    )
    return model.fit(features[COLUMNS], labels, sample_weight=weights)
