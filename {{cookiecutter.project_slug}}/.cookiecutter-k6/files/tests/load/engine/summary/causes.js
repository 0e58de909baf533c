/** Causes of failed requests. The list is short and fixed: the summary has one counter per cause. */
export const CAUSES = Object.freeze({
  refused: 'connection refused',
  timeout: 'timed out',
  dns: 'host name not found',
  tls: 'TLS error',
  connection: 'connection lost',
  descriptors: 'no file descriptor left on this machine',
  ports: 'no local port or network buffer left on this machine',
  redirect: 'redirected',
  auth: 'not authorised, 401 or 403',
  rate_limited: 'rate limited, 429',
  client_error: 'client error, 4xx',
  server_error: 'server error, 5xx',
  unexpected: 'unexpected status',
  unusable: 'response lacks required data',
});

/** Causes on the machine that generates the load: they say nothing about the service. @type {(keyof typeof CAUSES)[]} */
export const OWN_LIMITS = ['descriptors', 'ports'];

/**
 * Says whether the machine that generates the load was the limit: then its latencies are not those of the service.
 *
 * @param {Record<string, number>} [errorTypes] failed requests by cause
 * @returns {boolean}
 * @example wasLimitedHere({ descriptors: 47 }) // true
 */
export function wasLimitedHere(errorTypes = {}) {
  return OWN_LIMITS.some((cause) => errorTypes[cause] > 0);
}

/** Start of the message of a setup that found the service not healthy. */
export const NOT_HEALTHY = 'the service is not healthy';

/** Prefix of the check that carries the message of a failed setup, see engine/plan/set-up.js. */
export const SET_UP_CHECK = 'setup failed: ';

/** The same for a failed teardown. */
export const TEARDOWN_CHECK = 'teardown failed: ';

/** One action per cause. @type {Record<keyof typeof CAUSES, string>} */
export const ACTIONS = Object.freeze({
  refused: 'Check that the service still runs and listens on that address',
  timeout: 'Find out what the service waits for; REQUEST_TIMEOUT is the limit',
  dns: 'Check the host name in BASE_URL',
  tls: 'Check the certificate and the scheme of BASE_URL',
  connection: "Look for a crash or restart in the service's log, and check proxies on the way",
  descriptors: 'Raise the limit with `ulimit -n`, lower VUS, or use several machines (--segment)',
  ports:
    'Lower VUS or RATE, let the service keep connections open, or use several machines (--segment)',
  redirect: 'Use the address that the log says it redirects to, or sign in first',
  auth: 'Check the credentials: TEST_USER_EMAIL and TEST_USER_PASSWORD, or what AUTH_MODE needs',
  rate_limited: 'Lower VUS, or exempt the load generator from the limit',
  client_error: 'Compare path, method and body of the request with the API',
  server_error: "Look up the first failure in the service's log",
  unexpected: 'If the status is right, accept it with `statuses` of the endpoint',
  unusable: 'Compare the response in the log with what the test needs from it',
});
