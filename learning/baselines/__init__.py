"""What others have built, beside which ours stands: names of learners, and where they are."""

_SUPERVISED = "spielfeld.learning.baselines.sklearn_supervised"
_UNSUPERVISED = "spielfeld.learning.baselines.sklearn_unsupervised"

# Name -> ("module:Class", one line of text).
SKLEARN: dict[str, tuple[str, str]] = {
    "sklearn-linear": (f"{_SUPERVISED}:SklearnLinear", "scikit-learn's least squares"),
    "sklearn-ridge": (f"{_SUPERVISED}:SklearnRidge", "scikit-learn's ridge regression"),
    "sklearn-logistic": (
        f"{_SUPERVISED}:SklearnLogistic",
        "scikit-learn's logistic and softmax regression",
    ),
    "sklearn-k-nearest": (
        f"{_SUPERVISED}:SklearnKNearest",
        "scikit-learn's nearest neighbours, for numbers or classes",
    ),
    "sklearn-tree": (
        f"{_SUPERVISED}:SklearnTree",
        "scikit-learn's decision tree, for numbers or classes",
    ),
    "sklearn-random-forest": (
        f"{_SUPERVISED}:SklearnRandomForest",
        "scikit-learn's random forest, for numbers or classes",
    ),
    "sklearn-gradient-boosting": (
        f"{_SUPERVISED}:SklearnGradientBoosting",
        "scikit-learn's gradient boosting, for numbers or classes",
    ),
    "sklearn-svm": (
        f"{_SUPERVISED}:SklearnSVM",
        "scikit-learn's support vector machine, for numbers or classes",
    ),
    "sklearn-neural-network": (
        f"{_SUPERVISED}:SklearnNeuralNetwork",
        "scikit-learn's multilayer perceptron, for numbers or classes",
    ),
    "sklearn-k-means": (f"{_UNSUPERVISED}:SklearnKMeans", "scikit-learn's k-means"),
    "sklearn-pca": (f"{_UNSUPERVISED}:SklearnPCA", "scikit-learn's principal components"),
    "sklearn-mixture": (f"{_UNSUPERVISED}:SklearnMixture", "scikit-learn's Gaussian mixture"),
}
