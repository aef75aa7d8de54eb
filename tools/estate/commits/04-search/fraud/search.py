"""Which depth and which learning rate suit the fraud model."""

CANDIDATES = (
    {"trees": 20, "depth": 2, "learning_rate": 0.1},
    {"trees": 20, "depth": 2, "learning_rate": 0.2},
    {"trees": 20, "depth": 3, "learning_rate": 0.1},
    {"trees": 20, "depth": 3, "learning_rate": 0.2},
)
