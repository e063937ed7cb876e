import pytest

from spielfeld.learning.supervised import (
    LogisticRegressionConfig,
    RegressionConfig,
    RidgeConfig,
)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("learning_rate", 0, "learning_rate must be above 0"),
        ("learning_rate", float("nan"), "learning_rate must be above 0"),
        ("batch_size", 0, "batch_size must be 1 or more"),
        ("optimizer", "newton", "no optimizer 'newton': choose one of sgd, momentum, adam"),
        ("schedule", "steps", "no schedule 'steps': choose one of constant, linear, cosine, step"),
        ("schedule_samples", 0, "schedule_samples must be 1 or more"),
        ("patience", -1, "patience must be 0 or more"),
        ("weight_decay", -1, "weight_decay must be 0 or more"),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RegressionConfig(**{setting: value})


def test_penalties_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="inverse_penalty must be above 0"):
        LogisticRegressionConfig(inverse_penalty=0)
    with pytest.raises(ValueError, match="penalty must be 0 or more"):
        RidgeConfig(penalty=-1)
