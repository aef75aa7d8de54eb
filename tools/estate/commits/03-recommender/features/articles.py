"""What the recommender knows of an article."""

import pandas as pd


def article_features(events: pd.DataFrame) -> pd.DataFrame:
    by_article = events.groupby("article_id")
    table = pd.DataFrame(
        {
            "views": by_article.size(),
            "readers": by_article["user_id"].nunique(),
            "click_share": by_article["clicked"].mean(),
            "mean_position": by_article["position"].mean(),
        }
    )
    return table.astype("float64").reset_index()
