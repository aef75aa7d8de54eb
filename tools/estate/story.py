"""What happened in the shop in 2026."""

from __future__ import annotations

from typing import Any

import data
import mlflow
import pandas as pd
from shop import Shop

CUSTOMER_FEATURES = "s3://features/customer_features"
ARTICLE_FEATURES = "s3://features/article_features"
PREDICTIONS = "s3://lake/fraud_predictions"
LABELS = {"fraud": "s3://lake/chargebacks", "churn": "s3://lake/cancellations"}
OUTPUT = "output"
"""The context of a dataset that a run wrote: MLflow itself has no other place for it."""


def tell(shop: Shop) -> None:
    estate = Estate(shop)
    shop.at("2026-01-02T08:00:00")
    shop.experiment("features", "growth", "Builds the feature tables that the models share.")
    shop.experiment("fraud", "risk", "Which payments will be charged back.")
    shop.experiment("churn", "growth", "Which customers will cancel next month.")
    shop.experiment("recommender", "growth", "Which articles go on the front page.")

    shop.at("2026-01-05T09:12:00")
    shop.commit("01-fraud", "ada", "Features and training of the fraud model")
    estate.build_customers("2026-01-12T02:00:00", 1)
    estate.fraud("2026-01-13T06:30:00", 1, trees=10, learning_rate=0.1)
    shop.at("2026-01-19T15:40:00")
    shop.commit("02-churn", "ben", "Train the churn model on the shared feature table")
    estate.churn("2026-01-20T07:00:00", 1, strength=1.0)

    shop.at("2026-02-09T10:05:00")
    shop.commit("03-recommender", "ben", "Recommend articles by views and clicks")
    estate.build_articles("2026-02-16T03:00:00", 2)
    estate.recommender("2026-02-17T05:00:00", 2, alpha=1.0)

    shop.at("2026-03-06T11:20:00")
    shop.commit("04-search", "ada", "Search the depth and the learning rate of the fraud model")
    estate.build_customers("2026-03-09T02:00:00", 3)
    estate.search("2026-03-10T06:30:00", 3)
    estate.churn("2026-03-11T07:00:00", 3, strength=0.5)

    shop.at("2026-05-01T09:30:00")
    shop.commit("05-predictions", "ada", "Fraud: learn from what production predicted")
    shop.git("tag", "fraud-loop")
    estate.build_customers("2026-05-04T02:00:00", 5)
    estate.diverge("2026-05-05T06:30:00", 5)
    estate.fraud("2026-05-06T06:30:00", 5, depth=3, learning_rate=0.2)
    estate.mistake("2026-05-07T07:00:00", 5)

    estate.build_articles("2026-06-15T03:00:00", 6)
    estate.recommender("2026-06-16T05:00:00", 6, alpha=0.5)

    shop.at("2026-07-06T13:00:00")
    shop.commit("06-spend-30d", "ben", "Features: spend of 30 days, card payments, home country and plan")
    estate.build_customers("2026-07-13T02:00:00", 7)
    estate.fraud("2026-07-14T06:30:00", 7, predicted=3, depth=3, learning_rate=0.2)
    estate.churn("2026-07-15T07:00:00", 7, strength=0.5)
    estate.recommender("2026-08-10T05:00:00", 7, alpha=0.5, with_customers=True)

    estate.build_customers("2026-09-07T02:00:00", 9)
    estate.fraud("2026-09-08T06:30:00", 9, predicted=4, depth=3, learning_rate=0.2)
    shop.at("2026-09-14T16:25:00")
    shop.commit("07-forget-clicks", "ben", "Recommender: forget clicks older than 90 days")
    estate.build_articles("2026-09-21T03:00:00", 9)
    estate.recommender("2026-09-22T05:00:00", 9, alpha=0.5)

    shop.at("2026-10-19T14:10:00")
    shop.commit("08-weigh-chargebacks", "ada", "Fraud: a chargeback counts three times")
    shop.git("tag", "fraud-weights")
    estate.build_customers("2026-10-26T02:00:00", 10)
    estate.fraud("2026-10-27T06:30:00", 10, predicted=5, depth=3, learning_rate=0.2)
    estate.churn("2026-10-28T07:00:00", 10, strength=0.25)
    estate.mark("2026-10-29T07:40:00")


class Estate:
    """The jobs of the shop. `month` says which snapshot of the lake a run sees."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.customer_features = pd.DataFrame()
        self.article_features = pd.DataFrame()
        self.predicted: dict[int, pd.DataFrame] = {}
        self.released = 0

    def build_customers(self, when: str, month: int) -> None:
        self.shop.at(when)
        transactions, customers = data.transactions(month), data.customers(month)
        with self.shop.run("features", "features/build.py", "ben", f"customer features {when[:10]}", team="growth"):
            self.shop.log("source", "s3://lake/transactions", transactions)
            self.shop.log("source", "s3://lake/customers", customers)
            self.customer_features = self.shop.code("features/build.py").customer_features(transactions, customers)
            self.shop.later(180)
            mlflow.log_metric("rows", len(self.customer_features))
            self.shop.log(OUTPUT, CUSTOMER_FEATURES, self.customer_features, f"features.{month}")

    def build_articles(self, when: str, month: int) -> None:
        self.shop.at(when)
        events = data.events(month)
        with self.shop.run("features", "features/articles.py", "ben", f"article features {when[:10]}", team="growth"):
            self.shop.log("source", "s3://lake/events", events)
            self.article_features = self.shop.code("features/articles.py").article_features(events)
            self.shop.later(120)
            mlflow.log_metric("rows", len(self.article_features))
            self.shop.log(OUTPUT, ARTICLE_FEATURES, self.article_features, f"articles.{month}")

    def _fed(self, experiment: str) -> list[str] | None:
        """The columns that the training code says it feeds a model; None where it says nothing: all of them."""
        columns: list[str] | None = getattr(self.shop.code(f"{experiment}/train.py"), "COLUMNS", None)
        return columns

    def _features(self, experiment: str) -> pd.DataFrame:
        features, columns = self.customer_features.set_index("customer_id"), self._fed(experiment)
        return features if columns is None else features[columns]

    def _labelled(self, experiment: str, month: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
        make = {"fraud": data.chargebacks, "churn": data.cancellations}[experiment]
        labels = make(self.customer_features, month)
        return self._features(experiment), labels, labels.set_index("customer_id").iloc[:, 0]

    def _log_customers(self, context: str, experiment: str) -> None:
        """That the active run read the customers, and, where the code says so, which columns of them."""
        columns = self._fed(experiment)
        reads = None if columns is None else ["customer_id", *columns]
        self.shop.log(context, CUSTOMER_FEATURES, self.customer_features, reads=reads)

    def _fit_fraud(self, month: int, predicted: int | None, registered: str | None, **settings: Any) -> tuple[Any, str]:
        """What every training of fraud does within its run."""
        features, labels, answers = self._labelled("fraud", month)
        self._log_customers("training", "fraud")
        self.shop.log("training", LABELS["fraud"], labels)
        more = {}
        if predicted is not None:
            self.shop.log("training", PREDICTIONS, self.predicted[predicted], f"predictions.{month}")
            more = {"predictions": self.predicted[predicted]}
        mlflow.log_params(settings)
        model = self.shop.code("fraud/train.py").train(features, answers, **settings, **more)
        for step, loss in enumerate(model.train_score_):
            self.shop.later(4)
            mlflow.log_metric("train_loss", float(loss), step=step)
        mlflow.log_metrics(self.shop.code("evaluate.py").classifier(model, features, answers))
        return model, self.shop.log_model(model, "model", features, registered)

    def fraud(self, when: str, month: int, predicted: int | None = None, **settings: Any) -> None:
        self.shop.at(when)
        with self.shop.run("fraud", "fraud/train.py", "ada", f"train {when[:10]}", team="risk"):
            model, model_id = self._fit_fraud(month, predicted, "fraud", **settings)
        self._serve_fraud(model, month)
        self._evaluate("fraud", month, model, model_id, "ada")

    def _serve_fraud(self, model: Any, month: int) -> None:
        """The next release of the endpoint logs what this model answers."""
        self.released += 1
        score = model.predict_proba(self._features("fraud"))[:, 1]
        self.predicted[self.released] = data.predictions(self.customer_features["customer_id"], score, month)

    def search(self, when: str, month: int) -> None:
        """One parent run; each candidate is a run of its own; the best is registered."""
        self.shop.at(when)
        best: tuple[float, Any, str, str] | None = None
        with self.shop.run("fraud", "fraud/search.py", "ada", f"search {when[:10]}", team="risk") as parent:
            candidates = self.shop.code("fraud/search.py").CANDIDATES
            mlflow.log_param("candidates", len(candidates))
            for number, settings in enumerate(candidates, 1):
                name = f"candidate {number}"
                with self.shop.run("fraud", "fraud/train.py", "ada", name, nested=True, team="risk") as run:
                    model, model_id = self._fit_fraud(month, None, None, **settings)
                    auc = mlflow.get_run(run.info.run_id).data.metrics["auc"]
                    if best is None or auc > best[0]:
                        best = (auc, model, model_id, run.info.run_id)
            assert best is not None
            mlflow.log_metric("best_auc", best[0])
            mlflow.set_tag("best_run", best[3])
            self.shop.code("fraud/search.py")
        mlflow.register_model(f"models:/{best[2]}", "fraud")
        self.shop.later(60)
        self.shop.client.set_tag(parent.info.run_id, "mlflow.note.content", "Depth 3 wins; the rate matters less.")
        self._serve_fraud(best[1], month)
        self._evaluate("fraud", month, best[1], best[2], "ada")

    def diverge(self, when: str, month: int) -> None:
        """A training that fails: its loss is no number in the end."""
        self.shop.at(when)
        try:
            with self.shop.run("fraud", "fraud/train.py", "ada", f"train {when[:10]}", team="risk"):
                self._log_customers("training", "fraud")
                mlflow.log_params({"trees": 20, "depth": 3, "learning_rate": 90.0})
                for step, loss in enumerate((0.7, 41.5, float("inf"), float("nan"))):
                    self.shop.later(4)
                    mlflow.log_metric("train_loss", loss, step=step)
                raise FloatingPointError("the loss is not a number")
        except FloatingPointError:
            self.shop.later(60)

    def churn(self, when: str, month: int, strength: float) -> None:
        self.shop.at(when)
        features, labels, answers = self._labelled("churn", month)
        with self.shop.run("churn", "churn/train.py", "ben", f"train {when[:10]}", team="growth"):
            self._log_customers("training", "churn")
            self.shop.log("training", LABELS["churn"], labels)
            mlflow.log_param("strength", strength)
            model = self.shop.code("churn/train.py").train(features, answers, strength=strength)
            self.shop.later(40)
            mlflow.log_metrics(self.shop.code("evaluate.py").classifier(model, features, answers))
            model_id = self.shop.log_model(model, "model", features, "churn")
        self._evaluate("churn", month, model, model_id, "ben")

    def mistake(self, when: str, month: int) -> None:
        """A run that was started by mistake, and deleted the next morning."""
        self.shop.at(when)
        with self.shop.run("churn", "churn/train.py", "ben", "wrong table", team="growth") as run:
            self._log_customers("training", "churn")
            mlflow.log_param("strength", 100.0)
        self.shop.at(f"{when[:8]}08T08:10:00")
        self.shop.client.delete_run(run.info.run_id)

    def recommender(self, when: str, month: int, alpha: float, with_customers: bool = False) -> None:
        """`with_customers`: an experiment that looks at the customers too; it is never released."""
        self.shop.at(when)
        clicks = data.clicks(self.article_features, month)
        features = self.article_features.set_index("article_id")
        answers = clicks.set_index("article_id").iloc[:, 0]
        name = "with customers" if with_customers else f"train {when[:10]}"
        with self.shop.run("recommender", "recommender/train.py", "ben", name, team="growth"):
            self.shop.log("training", ARTICLE_FEATURES, self.article_features)
            self.shop.log("training", "s3://lake/clicks", clicks)
            if with_customers:
                self.shop.log("training", CUSTOMER_FEATURES, self.customer_features, reads=["spend_30d"])
                features = features.assign(spend=self.customer_features["spend_30d"].mean())
            mlflow.log_param("alpha", alpha)
            model = self.shop.code("recommender/train.py").train(features, answers, alpha=alpha)
            self.shop.later(25)
            mlflow.log_metrics(self.shop.code("evaluate.py").ranker(model, features, answers))
            model_id = self.shop.log_model(model, "model", features, "recommender")
        if not with_customers:
            self._evaluate("recommender", month, model, model_id, "ben")

    def _evaluate(self, experiment: str, month: int, model: Any, model_id: str, who: str) -> None:
        """A run of its own, on the answers of the month after."""
        self.shop.later(600)
        team = "risk" if experiment == "fraud" else "growth"
        with self.shop.run(experiment, "evaluate.py", who, f"evaluate {experiment} {month:02}", team=team):
            self.shop.read_model(model_id)
            code = self.shop.code("evaluate.py")
            if experiment == "recommender":
                answers = data.clicks(self.article_features, month + 1)
                self.shop.log("evaluation", ARTICLE_FEATURES, self.article_features)
                self.shop.log("evaluation", "s3://lake/clicks", answers)
                features = self.article_features.set_index("article_id")
                mlflow.log_metrics(code.ranker(model, features, answers.iloc[:, 1]))
            else:
                features, labels, answers = self._labelled(experiment, month + 1)
                self._log_customers("evaluation", experiment)
                self.shop.log("evaluation", LABELS[experiment], labels)
                mlflow.log_metrics(code.classifier(model, features, answers))
            self.shop.later(15)

    def mark(self, when: str) -> None:
        """What the registry says of the models at the end."""
        self.shop.at(when)
        client = self.shop.client
        for name, team, note, champion, challenger in (
            ("fraud", "risk", "The chance that a payment is charged back.", 5, 6),
            ("churn", "growth", "The chance that a customer cancels next month.", 3, 4),
            ("recommender", "growth", "Clicks that an article will get tomorrow.", 4, 3),
        ):
            client.update_registered_model(name, note)
            client.set_registered_model_tag(name, "team", team)
            client.set_registered_model_alias(name, "champion", champion)
            client.set_registered_model_alias(name, "challenger", challenger)
        client.set_model_version_tag("recommender", "3", "experiment", "customers")
        client.update_model_version("fraud", "6", "Chargebacks count three times; a tenth of the traffic.")
        client.transition_model_version_stage("fraud", "5", "Production")
        client.transition_model_version_stage("fraud", "1", "Archived")
