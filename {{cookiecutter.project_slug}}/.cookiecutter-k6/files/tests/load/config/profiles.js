/**
 * Profile sets: HOW MUCH load, as plain k6 scenario objects.
 *
 * `PROFILE_SET` chooses the set, `PROFILE` (or the file in scenarios/) the profile. Every set starts from
 * `core` and replaces what it names. `VUS` and `DURATION` rescale any of them at run time, see README.md.
 *
 * A stage whose target equals the one before it is a hold; all others are ramps.
 */

/** @typedef {import('../engine/types/suite.js').Shape} Shape */

/**
 * A ramping profile that starts from no load.
 *
 * @param {[duration: string, target: number][]} stages
 * @returns {Shape}
 */
const ramping = (...stages) => ({
  executor: 'ramping-vus',
  startVUs: 0,
  gracefulRampDown: '30s',
  stages: stages.map(([duration, target]) => ({ duration, target })),
});

/**
 * @param {number} vus
 * @param {string} duration
 * @returns {Shape}
 */
const constant = (vus, duration) => ({ executor: 'constant-vus', vus, duration });

/** The defaults. */
const core = {
  smoke: constant(1, '1m'),
  load: ramping(['2m', 50], ['5m', 50], ['2m', 0]),
  stress: ramping(
    ['2m', 50],
    ['3m', 50],
    ['2m', 100],
    ['3m', 100],
    ['2m', 150],
    ['3m', 150],
    ['2m', 200],
    ['3m', 200],
    ['5m', 0],
  ),
  soak: constant(20, '30m'),
  spike: ramping(['1m', 5], ['10s', 100], ['3m', 100], ['10s', 5], ['3m', 5], ['1m', 0]),
  // Five steps of 1,000 VUs: more than one ordinary load generator holds. The ramp down lets the
  // service show whether it comes back.
  breakpoint: ramping(
    ['5m', 1000],
    ['5m', 2000],
    ['5m', 3000],
    ['5m', 4000],
    ['5m', 5000],
    ['1m', 0],
  ),
};

/** @satisfies {Record<string, Record<string, Shape>>} */
export const profileSets = {
  core,

  /** The stress test in three longer steps up to 150. */
  'stress-150': {
    ...core,
    stress: ramping(
      ['2m', 50],
      ['5m', 50],
      ['2m', 100],
      ['5m', 100],
      ['2m', 150],
      ['5m', 150],
      ['5m', 0],
    ),
  },

  /** A small internal service. */
  light: {
    ...core,
    smoke: constant(1, '30s'),
    load: ramping(['2m', 10], ['5m', 10], ['2m', 0]),
    stress: ramping(['2m', 10], ['5m', 50], ['2m', 100], ['5m', 100], ['5m', 0]),
    soak: ramping(['5m', 10], ['60m', 10], ['5m', 0]),
    spike: ramping(['1m', 5], ['10s', 100], ['3m', 100], ['10s', 5], ['3m', 5], ['1m', 0]),
  },

  /** A multi-tenant product. */
  saas: {
    ...core,
    load: ramping(['2m', 100], ['5m', 100], ['2m', 0]),
    stress: ramping(
      ['2m', 100],
      ['5m', 100],
      ['2m', 200],
      ['5m', 200],
      ['2m', 300],
      ['5m', 300],
      ['2m', 400],
      ['5m', 400],
      ['10m', 0],
    ),
    soak: ramping(['5m', 400], ['4h', 400], ['5m', 0]),
    spike: ramping(
      ['10s', 100],
      ['1m', 100],
      ['10s', 2000],
      ['3m', 2000],
      ['10s', 100],
      ['3m', 100],
      ['10s', 0],
    ),
  },

  /** The shapes of `saas`, stretched to 5m, 30m, 1h, 30m and 4h. */
  extended: {
    ...core,
    smoke: constant(1, '5m'),
    load: ramping(['5m', 100], ['20m', 100], ['5m', 0]),
    stress: ramping(
      ['3m', 100],
      ['9m', 100],
      ['3m', 200],
      ['9m', 200],
      ['3m', 300],
      ['9m', 300],
      ['3m', 400],
      ['9m', 400],
      ['12m', 0],
    ),
    soak: ramping(['5m', 400], ['4h', 400], ['5m', 0]),
    spike: ramping(
      ['10s', 100],
      ['9m', 100],
      ['10s', 2000],
      ['10m', 2000],
      ['10s', 100],
      ['10m', 100],
      ['30s', 0],
    ),
  },

  /** A change-data-capture pipeline: fewer users, longer waits. */
  cdc: {
    ...core,
    baseline: constant(10, '5m'),
    stress: ramping(
      ['2m', 50],
      ['2m', 50],
      ['2m', 100],
      ['2m', 100],
      ['2m', 150],
      ['3m', 150],
      ['2m', 0],
    ),
    soak: constant(50, '2h'),
    spike: ramping(
      ['30s', 10],
      ['1m', 10],
      ['10s', 500],
      ['1m', 500],
      ['10s', 10],
      ['2m', 10],
      ['10s', 0],
    ),
  },

  /** A help desk with an office-hours crowd. */
  desk: {
    ...core,
    smoke: constant(3, '1m'),
    'smoke-ramping': ramping(['1m', 5], ['1m', 0]),
    load: ramping(['2m', 50], ['5m', 50], ['2m', 100], ['5m', 100], ['2m', 0]),
    stress: ramping(['2m', 100], ['5m', 200], ['5m', 300], ['5m', 400], ['10m', 500], ['5m', 0]),
    soak: ramping(['5m', 100], ['4h', 100], ['5m', 0]),
    spike: ramping(['1m', 50], ['30s', 500], ['1m', 500], ['30s', 50], ['2m', 50], ['1m', 0]),
  },
};

/** The question each profile answers, said at the start of a run. */
export const purposes = {
  smoke: 'does it work at all?',
  'smoke-ramping': 'does it work at all?',
  baseline: 'what is normal?',
  load: 'does it carry a normal busy day?',
  stress: 'where are the limits, and what gives first?',
  soak: 'what grows over time?',
  spike: 'does it survive a sudden crowd, and recover?',
  breakpoint: 'how much is too much?',
};

/**
 * Profiles that push a service past its limits. Off this machine they need an explicit opt-in, and their
 * thresholds replace the stricter ones of a journey.
 */
export const heavyProfiles = ['stress', 'spike', 'breakpoint'];

/** Profiles big enough for a throughput target to mean something. */
export const loadSizedProfiles = ['load', 'stress', 'soak', 'spike', 'breakpoint'];
