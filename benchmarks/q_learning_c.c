/* Q-learning over the tables of a model, as an ordinary C loop. It uses the same random numbers
   (NumPy's generator PCG64), so its table equals the Python learner's to the last bit. */

#include <stdint.h>

typedef unsigned __int128 wide;

static double draw(wide *generator)
{
    generator[0] = generator[0] * (((wide)2549297995355413924ULL << 64) + 4865540595714422341ULL)
                   + generator[1];
    uint64_t mixed = (uint64_t)(generator[0] >> 64) ^ (uint64_t)generator[0];
    unsigned turn = (unsigned)(generator[0] >> 122);
    mixed = (mixed >> turn) | (mixed << ((-turn) & 63));
    return (double)(mixed >> 11) * (1.0 / 9007199254740992.0);
}

static int choose(const double *values, int actions, double exploration_rate, wide *agent)
{
    int explores = draw(agent) < exploration_rate, ties = 0, best[64];
    double pick = draw(agent), highest = -1e308;
    if (explores)
        return (int)(pick * actions);
    for (int action = 0; action < actions; action++) {
        if (values[action] > highest) {
            highest = values[action];
            ties = 0;
        }
        if (values[action] == highest)
            best[ties++] = action;
    }
    return best[(int)(pick * ties)];
}

void q_learning(
    int actions, int outcomes, const double *cumulative, const int32_t *next_states,
    const double *rewards, const uint8_t *ends, int states, const double *start,
    double learning_rate, double decay, double discount, double first_rate, double last_rate,
    int64_t exploration_samples, int64_t time_limit, double *table, int64_t *visits, wide *world,
    wide *agent, int64_t samples)
{
    int state = -1;
    int64_t length = 0;
    for (int64_t sample = 0; sample < samples; sample++) {
        if (state < 0) {
            double from = draw(world);
            for (state = 0; start[state] <= from; state++)
                ;
            length = 0;
        }
        double rate = sample >= exploration_samples
            ? last_rate
            : first_rate + (last_rate - first_rate) * (double)sample / (double)exploration_samples;
        int action = choose(table + state * actions, actions, rate, agent);

        int64_t cell = (int64_t)state * actions + action, outcome = cell * outcomes;
        double chance = draw(world);
        for (int k = 0; k < outcomes - 1; k++)
            outcome += cumulative[cell * outcomes + k] <= chance;
        int next = next_states[outcome];
        double target = rewards[outcome];
        if (!ends[outcome]) {
            double best = table[next * actions];
            for (int k = 1; k < actions; k++)
                if (table[next * actions + k] > best)
                    best = table[next * actions + k];
            target += discount * best;
        }
        double step = learning_rate / (1.0 + decay * (double)(visits[cell]++));
        table[cell] -= step * (table[cell] - target);
        state = ends[outcome] || ++length >= time_limit ? -1 : next;
    }
}
