"""Fraud: how likely it is that a customer's payments are charged back."""

import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier


def train(
    features: pd.DataFrame, labels: pd.Series, trees: int = 20, depth: int = 2, learning_rate: float = 0.1
) -> GradientBoostingClassifier:
    model = GradientBoostingClassifier(
        n_estimators=trees, max_depth=depth, learning_rate=learning_rate, random_state=7
    )
    return model.fit(features, labels)
