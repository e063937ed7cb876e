"""Learners that make their own data, by acting or by planning."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.agents.policy_gradient import (
        A2C,
        PPO,
        A2CConfig,
        PPOConfig,
        Reinforce,
        ReinforceConfig,
        ReinforceWithBaseline,
        ReinforceWithBaselineConfig,
    )
    from spielfeld.agents.tabular import (
        DoubleQLearning,
        DoubleQLearningConfig,
        DynaQ,
        DynaQConfig,
        DynaQPlus,
        DynaQPlusConfig,
        ExpectedSarsa,
        ExpectedSarsaConfig,
        MonteCarlo,
        MonteCarloConfig,
        MonteCarloPrediction,
        MonteCarloPredictionConfig,
        NStepSarsa,
        NStepSarsaConfig,
        NStepTD,
        NStepTDConfig,
        OffPolicyMonteCarlo,
        OffPolicyMonteCarloConfig,
        PrioritizedSweeping,
        PrioritizedSweepingConfig,
        QLearning,
        QLearningConfig,
        Sarsa,
        SarsaConfig,
        SarsaLambda,
        SarsaLambdaConfig,
        TabularLearner,
        TDLambda,
        TDLambdaConfig,
        TemporalDifference,
        TemporalDifferenceConfig,
        TreeBackup,
        TreeBackupConfig,
    )
    from spielfeld.agents.value_based import (
        DQN,
        DoubleDQN,
        DoubleDQNConfig,
        DQNConfig,
        DuelingDQN,
        DuelingDQNConfig,
        NStepDQN,
        NStepDQNConfig,
        PrioritizedDQN,
        PrioritizedDQNConfig,
    )
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)

if __name__ != "spielfeld.agents":
    raise ImportError("Import this package as spielfeld.agents, not as " + __name__ + ".")
