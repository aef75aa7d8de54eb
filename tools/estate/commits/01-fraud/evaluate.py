"""How good a classifier is, and a ranker."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, roc_auc_score


def classifier(model: BaseEstimator, features: pd.DataFrame, labels: pd.Series) -> dict[str, float]:
    probability = model.predict_proba(features)[:, 1]
    return {
        "auc": float(roc_auc_score(labels, probability)),
        "accuracy": float(accuracy_score(labels, probability > 0.5)),
        "log_loss": float(log_loss(labels, np.clip(probability, 1e-6, 1 - 1e-6))),
    }


def ranker(model: BaseEstimator, features: pd.DataFrame, clicks: pd.Series) -> dict[str, float]:
    return {"mae": float(mean_absolute_error(clicks, model.predict(features)))}
