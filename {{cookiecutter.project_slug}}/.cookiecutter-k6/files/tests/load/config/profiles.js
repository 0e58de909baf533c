/**
 * Profile sets: HOW MUCH load, as plain k6 scenario objects.
 *
 * `PROFILE_SET` selects the set, `PROFILE` (or the file in scenarios/) the profile. Every set extends `core` and
 * overrides some of its profiles. `VUS` and `DURATION` rescale any profile at run time, see README.md.
 *
 * A stage with the same target as the previous one is a hold; every other stage is a ramp.
 */

/** @typedef {import('../engine/types/suite.js').Shape} Shape */

/**
 * A ramping profile that starts at 0 VUs.
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
  // Up to 5,000 VUs: more than a typical single load generator can run. The ramp-down shows whether the service
  // recovers.
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

  /** A stress test with three longer steps, up to 150 VUs. */
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

  /** The profiles of `saas` over longer times: 5m smoke, 30m load, 1h stress, 30m spike, 4h soak. */
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

  /** A change-data-capture pipeline: fewer VUs, longer waits. */
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

  /** A help desk used during office hours. */
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

/** The question each profile answers, printed at the start of a run. */
export const purposes = {
  smoke: 'does the service work at all?',
  'smoke-ramping': 'does the service work at all?',
  baseline: 'how does the pipeline perform under normal load?',
  load: 'does the service handle a normal busy day?',
  stress: 'where are the limits, and what fails first?',
  soak: 'does anything degrade or leak over time?',
  spike: 'does the service survive a traffic spike, and recover?',
  breakpoint: 'at which load does the service break?',
};

/**
 * Profiles that overload the service. Against another machine they require an explicit opt-in, and their
 * thresholds replace the stricter ones of a journey.
 */
export const heavyProfiles = ['stress', 'spike', 'breakpoint'];

/** Profiles with enough load for a throughput target to be meaningful. */
export const loadSizedProfiles = ['load', 'stress', 'soak', 'spike', 'breakpoint'];
