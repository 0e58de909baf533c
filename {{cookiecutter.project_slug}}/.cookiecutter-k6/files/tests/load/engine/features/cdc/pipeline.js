import { tests } from '../../../config/cdc.js';
import { defineTest, thinkTime } from '../../../lib/define.js';
import { Writer } from './writer.js';

/**
 * Creates a pipeline test from a row of `tests` in config/cdc.js.
 *
 * @param {keyof typeof tests} name
 * @returns {import('../../types/suite.js').LoadTest & { iteration: (data: any) => void }}
 * @example const test = definePipelineTest('baseline');
 */
export function definePipelineTest(name) {
  /** @type {import('./types.js').PipelineTest} */
  const row = tests[name];
  const once = __VU === 0 ? require('./pipeline-stages.js').pipelineStages(row) : {};
  const test = defineTest({
    name: `${name.replace(/_/g, '-')}-test`,
    defaultLoad: { scenario: name, shape: row.shape },
    endpoints: [],
    readiness: 'none',
    tags: { test_type: 'cdc' },
    // Let polls finish; rows of interrupted iterations would count as neither found nor missed.
    gracefulStop: '60s',
    ...once,
  });
  /** @type {Writer | undefined} */
  let writer;
  return {
    ...test,
    iteration: test.run((/** @type {{ vus: number }} */ { vus }) => {
      writer ??= new Writer(row);
      writer.work(vus);
      thinkTime(...row.pause);
    }),
  };
}
