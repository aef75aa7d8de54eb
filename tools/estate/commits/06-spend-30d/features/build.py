"""The feature table that every model of a customer shares."""

import pandas as pd


def customer_features(transactions: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    by_customer = transactions.groupby("customer_id")
    features = pd.DataFrame(
        {
            "transactions_30d": by_customer.size(),
            "spend_30d": by_customer["amount"].sum(),
            "largest": by_customer["amount"].max(),
            "abroad": by_customer["country"].agg(lambda countries: (countries != "NL").mean()),
            "by_card": by_customer["card_present"].mean(),
            "age": by_customer["age"].max(),
        }
    )
    known = customers.set_index("customer_id")[["home_country", "plan", "tenure_months"]]
    paid = features.reindex(known.index, fill_value=0.0).astype("float64")
    return known.astype({"tenure_months": "int32"}).join(paid).reset_index()
