export { checker, HEALTH_LIMIT_MS, HEALTHY, isHealthy, isJson } from './http.js';

/** @typedef {import('./http.js').Expectation} Expectation */
/** @typedef {import('./http.js').Predicate} Predicate */
