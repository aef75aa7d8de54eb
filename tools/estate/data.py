"""The tables of the shop, drawn from a seed: what its lake held at one time."""

from __future__ import annotations

import numpy as np
import pandas as pd

CUSTOMERS = 240
ARTICLES = 60
PLANS = ("basic", "plus", "family")
COUNTRIES = ("NL", "BE", "DE", "FR")


def _random(table: str, month: int) -> np.random.Generator:
    return np.random.default_rng([*table.encode(), month])


def customers(month: int) -> pd.DataFrame:
    """Customers stay who they are; only their tenure grows."""
    random = _random("customers", 0)
    return pd.DataFrame(
        {
            "customer_id": np.arange(1, CUSTOMERS + 1),
            "plan": random.choice(PLANS, CUSTOMERS),
            "home_country": random.choice(COUNTRIES, CUSTOMERS, p=[0.7, 0.1, 0.1, 0.1]),
            "tenure_months": random.integers(1, 60, CUSTOMERS) + month,
        }
    )


def transactions(month: int) -> pd.DataFrame:
    random = _random("transactions", month)
    rows = 10 * CUSTOMERS
    customer = random.integers(1, CUSTOMERS + 1, rows)
    return pd.DataFrame(
        {
            "transaction_id": np.arange(rows) + month * 1_000_000,
            "customer_id": customer,
            "amount": random.gamma(2.0, 25.0, rows).round(2),
            "merchant": random.choice(["grocer", "fuel", "travel", "games"], rows),
            "country": random.choice(COUNTRIES, rows, p=[0.8, 0.07, 0.07, 0.06]),
            "card_present": random.random(rows) < 0.7,
            "age": 18 + customer * 7 % 60,
        }
    )


def chargebacks(features: pd.DataFrame, month: int) -> pd.DataFrame:
    """Large payments abroad are charged back more often."""
    risk = 3 * features["abroad"] + features["largest"] / 150
    noise = _random("chargebacks", month).normal(0, 0.4, len(features))
    return _labels(features, "charged_back", risk + noise, 0.15)


def cancellations(features: pd.DataFrame, month: int) -> pd.DataFrame:
    """Customers who buy little and are new leave more often."""
    risk = -features["transactions_30d"] / 4 - features["tenure_months"] / 30
    noise = _random("cancellations", month).normal(0, 0.5, len(features))
    return _labels(features, "cancelled", risk + noise, 0.2)


def _labels(features: pd.DataFrame, name: str, risk: pd.Series, share: float) -> pd.DataFrame:
    positive = (risk > risk.quantile(1 - share)).astype(int)
    return pd.DataFrame({"customer_id": features["customer_id"], name: positive})


def events(month: int) -> pd.DataFrame:
    random = _random("events", month)
    rows = 3000
    article = random.zipf(1.6, rows) % ARTICLES
    position = random.integers(1, 20, rows)
    return pd.DataFrame(
        {
            "user_id": random.integers(1, 900, rows),
            "article_id": article,
            "position": position,
            "days_ago": random.integers(0, 180, rows),
            "clicked": random.random(rows) < 0.5 / position**0.5,
        }
    )


def clicks(articles: pd.DataFrame, month: int) -> pd.DataFrame:
    expected = articles["views"] * articles["click_share"] / 30
    noise = _random("clicks", month).normal(0, 0.3, len(articles))
    return pd.DataFrame({"article_id": articles["article_id"], "clicks_tomorrow": expected + noise})


def predictions(customer_id: pd.Series, score: np.ndarray, month: int) -> pd.DataFrame:
    """What the fraud endpoint logged of one release: one line a customer."""
    return pd.DataFrame({"customer_id": customer_id, "score": score.round(6), "month": month})
