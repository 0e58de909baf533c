import exec from 'k6/execution';

/**
 * Tags the samples of a VU with the load step that its iteration starts in, so that the summary can say at
 * which step a service broke, and whether it recovered.
 *
 * @param {import('../types/suite.js').VuPlan['stages']} stages
 * @returns {() => void} call at the start of an iteration
 * @example const tagStage = createStageTagger([{ name: 'step-1-50vus', endsAt: 300000 }]);
 */
export function createStageTagger(stages) {
  let current = '';
  return () => {
    const elapsed = Date.now() - exec.scenario.startTime;
    const { name } = stages.find(({ endsAt }) => elapsed < endsAt) ?? stages[stages.length - 1];
    if (name !== current) {
      exec.vu.metrics.tags.stage = name;
      current = name;
    }
  };
}
