import { API_PREFIX, env } from '../../lib/config.js';
import { formatDuration } from '../settings/duration.js';
import { purposes } from '../settings/user-files.js';
import { NOT_HEALTHY } from '../summary/causes.js';
import { checkGenerator } from './generator.js';
import { proxyOf } from './proxy.js';
import { healthProbes, unready } from './readiness.js';

/** @typedef {import('../types/suite.js').StartInfo} StartInfo */

/**
 * First step of every test's `setup()`: announces the run and refuses to load an unhealthy service, because all
 * results would only measure the failure.
 *
 * @param {import('../types/suite.js').RunPlan & { rate?: number }} run
 * @param {import('../types/suite.js').TestSpec['readiness']} [readiness]
 * @param {string} [target] target of the load, for display
 * @returns {Omit<StartInfo, 'without'>}
 * @throws when the service is not ready; the message names the setting to change
 * @example const info = start({ profile: 'smoke', vus: 1, durationMs: 60000, ... });
 */
export function start({ profile, vus, rate, durationMs }, readiness, target = env.target.masked) {
  const purpose = /** @type {Record<string, string>} */ (purposes)[profile];
  console.log(
    `${profile} against ${target}: up to ${vus} VUs for ${formatDuration(durationMs)}` +
      (purpose ? ` - ${purpose}` : ''),
  );
  if (env.INSECURE_SKIP_TLS_VERIFY) {
    console.warn('INSECURE_SKIP_TLS_VERIFY=true: TLS certificates are not verified in this run');
  }
  checkGenerator({ vus, rate });
  const through = proxyOf(target, __ENV);
  if (through !== undefined) {
    console.warn(
      `${through.setting}: the load goes through the proxy ${through.masked}, and its time is part of every latency. ` +
        `To reach the service directly, set NO_PROXY=${target.replace(/^\w+:\/\/(.*@)?/, '').replace(/[:/].*$/, '')}`,
    );
  }
  for (const probe of healthProbes(readiness)) {
    const finding = unready(probe, readiness);
    if (finding !== null) {
      const { text, advice } = finding;
      throw new Error(`${NOT_HEALTHY}. ${text}${advice && `. Try: ${advice}`}`);
    }
  }
  return {
    startedAt: new Date().toISOString(),
    target,
    apiPrefix: API_PREFIX,
    vus,
  };
}

/**
 * Last step of every test's `teardown()`.
 *
 * @param {StartInfo} info what `start` returned
 * @example export { finish as teardown };
 */
export function finish(info) {
  console.log(`started ${info.startedAt}, ended ${new Date().toISOString()}`);
}
