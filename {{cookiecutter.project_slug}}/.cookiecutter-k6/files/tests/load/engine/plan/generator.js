// Whether the machine that generates the load can generate this much of it.

import { env } from '../../lib/config.js';
import { segmentOf } from '../segments/segment.js';

/** Descriptors that k6 and the wrapper need besides one connection per VU. */
const OWN_DESCRIPTORS = 30;

/** Threads that k6 may need: it starts one for each that waits for the system. */
const OWN_THREADS = 40;

/** Address space that k6 reserves without using it: with less, it starts, but cannot start further threads. */
const OWN_SPACE_MB = 1900;

/** Memory of one VU, megabytes. */
const MB_PER_VU = 0.5;

/** Iterations per second that one core starts with some certainty. */
const RATE_PER_CORE = 1000;

/**
 * Refuses a load for which this machine has too few file descriptors: the connections of the VUs would use them up, and
 * nothing would be left to write the results with. Other shortages are warnings.
 *
 * @param {Pick<import('./guard.js').Intent, 'vus' | 'rate'>} load of the whole run
 * @throws when a fixed number of VUs needs more descriptors than there are
 * @example checkGenerator({ vus: 100 })
 */
export function checkGenerator(load) {
  const [first, ...others] = shortages(load);
  // With a rate, most VUs may never be needed.
  if (first?.name === 'descriptors' && !load.rate) {
    throw new Error(
      `this machine is too small for this load, nothing was sent: ${first.text}. ` +
        'If that is wrong, set GENERATOR_LIMITS',
    );
  }
  for (const { text } of first === undefined ? [] : [first, ...others]) {
    console.warn(`this machine may be the limit: ${text}`);
  }
}

/**
 * What a load needs of one limit.
 *
 * @typedef {object} Need
 * @property {keyof typeof env.GENERATOR_LIMITS} name
 * @property {(load: { vus: number, rate: number }) => number} of
 * @property {(load: { vus: number, rate: number }, needed: number, limit: number) => string} say
 */

const ELSEWHERE = 'or use several machines (--segment)';

/** @type {Need[]} */
const NEEDS = [
  {
    name: 'descriptors',
    of: ({ vus }) => vus + OWN_DESCRIPTORS,
    say: ({ vus }, needed, limit) =>
      `${vus} VUs need about ${needed} file descriptors, and the limit is ${limit}. ` +
      `Run \`ulimit -n ${needed * 2}\` first, or lower VUS`,
  },
  {
    name: 'processes',
    of: () => OWN_THREADS,
    say: (_, needed, limit) =>
      `k6 needs up to ${needed} threads, and ${limit} more can be started. ` +
      'Raise `ulimit -u`, or the limit of the container',
  },
  {
    name: 'conntrack',
    of: ({ vus }) => vus,
    say: ({ vus }, _, limit) =>
      `${vus} VUs need as many connections, and the firewall of this machine can track ${limit} more. ` +
      'Raise net.netfilter.nf_conntrack_max, or lower VUS',
  },
  {
    name: 'ports',
    of: ({ vus }) => vus,
    say: ({ vus }, _, limit) =>
      `${vus} VUs need as many local ports, and there are ${limit}. Lower VUS, ${ELSEWHERE}`,
  },
  {
    name: 'memory',
    of: ({ vus }) => Math.ceil(vus * MB_PER_VU),
    say: ({ vus }, needed, limit) =>
      `${vus} VUs need about ${needed} MB of memory, and ${limit} MB are free. Lower VUS, ${ELSEWHERE}`,
  },
  {
    name: 'space',
    of: ({ vus }) => Math.ceil(OWN_SPACE_MB + vus * MB_PER_VU),
    say: (_, needed, limit) =>
      `k6 may reserve ${needed} MB of address space, and the limit is ${limit} MB. Run \`ulimit -v unlimited\` first`,
  },
  {
    name: 'cores',
    of: ({ rate }) => rate / RATE_PER_CORE,
    say: ({ rate }, _, limit) =>
      `${rate} iterations/s may be too many for ${limit} core${limit === 1 ? '' : 's'}. Lower RATE, ${ELSEWHERE}`,
  },
];

/**
 * Compares a plan with the limits that the wrapper measured (GENERATOR_LIMITS), before any load.
 *
 * @param {Pick<import('./guard.js').Intent, 'vus' | 'rate'>} all load of the whole run
 * @returns {{ name: string, text: string }[]} one sentence for each limit that does not suffice
 * @example shortages({ vus: 100 })[0].text // '100 VUs need about 130 file descriptors, ...'
 */
function shortages(all) {
  const parts = segmentOf()?.of ?? 1;
  const load = { vus: Math.ceil(all.vus / parts), rate: (all.rate ?? 0) / parts };
  return NEEDS.flatMap(({ name, of, say }) => {
    const limit = env.GENERATOR_LIMITS[name];
    const needed = of(load);
    return limit !== undefined && needed > limit ? [{ name, text: say(load, needed, limit) }] : [];
  });
}
