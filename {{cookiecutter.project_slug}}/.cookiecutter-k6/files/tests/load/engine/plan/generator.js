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
 * Compares a plan with the limits that the wrapper measured (GENERATOR_LIMITS), before any load.
 *
 * @param {Pick<import('./guard.js').Intent, 'vus' | 'rate'>} load of the whole run
 * @returns {{ name: string, text: string }[]} one sentence for each limit that does not suffice
 * @example shortages({ vus: 100 })[0].text // '100 VUs need about 130 file descriptors, ...'
 */
function shortages({ vus: all, rate: most = 0 }) {
  const parts = segmentOf()?.of ?? 1;
  const vus = Math.ceil(all / parts);
  const rate = most / parts;
  const { descriptors, processes, ports, conntrack, memory, space, cores } = env.GENERATOR_LIMITS;
  /** @type {[string, number, number | undefined, (needed: number) => string][]} */
  const needs = [
    [
      'descriptors',
      vus + OWN_DESCRIPTORS,
      descriptors,
      (needed) =>
        `${vus} VUs need about ${needed} file descriptors, and the limit is ${descriptors}. ` +
        `Run \`ulimit -n ${needed * 2}\` first, or lower VUS`,
    ],
    [
      'processes',
      OWN_THREADS,
      processes,
      (needed) =>
        `k6 needs up to ${needed} threads, and ${processes} more can be started. ` +
        'Raise `ulimit -u`, or the limit of the container',
    ],
    [
      'conntrack',
      vus,
      conntrack,
      () =>
        `${vus} VUs need as many connections, and the firewall of this machine can track ${conntrack} more. ` +
        'Raise net.netfilter.nf_conntrack_max, or lower VUS',
    ],
    [
      'ports',
      vus,
      ports,
      () =>
        `${vus} VUs need as many local ports, and there are ${ports}. Lower VUS, or use several machines (--segment)`,
    ],
    [
      'memory',
      Math.ceil(vus * MB_PER_VU),
      memory,
      (needed) =>
        `${vus} VUs need about ${needed} MB of memory, and ${memory} MB are free. ` +
        'Lower VUS, or use several machines (--segment)',
    ],
    [
      'space',
      Math.ceil(OWN_SPACE_MB + vus * MB_PER_VU),
      space,
      (needed) =>
        `k6 may reserve ${needed} MB of address space, and the limit is ${space} MB. Run \`ulimit -v unlimited\` first`,
    ],
    [
      'cores',
      rate / RATE_PER_CORE,
      cores,
      () =>
        `${rate} iterations/s may be too many for ${cores} core${cores === 1 ? '' : 's'}. ` +
        'Lower RATE, or use several machines (--segment)',
    ],
  ];
  return needs.flatMap(([name, needed, limit, say]) =>
    limit !== undefined && needed > limit ? [{ name, text: say(needed) }] : [],
  );
}
