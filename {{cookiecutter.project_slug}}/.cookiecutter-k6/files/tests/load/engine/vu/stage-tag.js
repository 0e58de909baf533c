import exec from 'k6/execution';

/**
 * Tags the samples of a VU with the load step that its iteration starts in, so that the summary can say at
 * which step a service broke, and whether it recovered.
 *
 * @template T
 * @param {import('../types/suite.js').VuPlan['stages']} stages
 * @param {(data: T) => unknown} iteration
 * @returns {(data: T) => unknown} the iteration, tagged
 * @example const tagged = withStage([{ name: 'step-1-50vus', endsAt: 300000 }], iteration);
 */
export function withStage(stages, iteration) {
  const last = stages[stages.length - 1];
  let current = '';
  return (data) => {
    // By k6's own watch: the clock of the machine may be set during the run.
    const elapsed = exec.scenario.progress * last.endsAt;
    const { name } = stages.find(({ endsAt }) => elapsed < endsAt) ?? last;
    if (name !== current) {
      exec.vu.metrics.tags.stage = name;
      current = name;
    }
    return iteration(data);
  };
}
