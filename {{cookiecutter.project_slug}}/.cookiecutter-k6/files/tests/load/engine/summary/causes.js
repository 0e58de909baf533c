/** Why requests fail. The summary counts by these names, so the list is short and fixed. */
export const CAUSES = Object.freeze({
  refused: 'connection refused',
  timeout: 'no answer in time',
  dns: 'host name not found',
  tls: 'TLS failed',
  connection: 'connection broken',
  redirect: 'redirected',
  auth: 'not authorised, 401 or 403',
  rate_limited: 'rate limited, 429',
  client_error: 'client error, 4xx',
  server_error: 'server error, 5xx',
  unexpected: 'unexpected status',
  unusable: 'answer without what it is for',
});

/** How the name of the check starts that carries the message of a failed setup, see engine/plan/set-up.js. */
export const SET_UP_CHECK = 'set-up failed: ';

/** The same for a failed teardown. */
export const TEARDOWN_CHECK = 'teardown failed: ';

/** What to do about a cause: one action each. @type {Record<keyof typeof CAUSES, string>} */
export const ACTIONS = Object.freeze({
  refused: 'Check that the service still runs and listens on that address',
  timeout: 'Find out what the service waits for; REQUEST_TIMEOUT is the limit',
  dns: 'Check the host name in BASE_URL',
  tls: 'Check the certificate and the scheme of BASE_URL',
  connection: "Look for a crash or restart in the service's log, and check proxies on the way",
  redirect: 'Use the address that the log says it redirects to, or sign in first',
  auth: 'Check AUTH_MODE and the credentials it needs',
  rate_limited: 'Lower VUS, or exempt the load generator from the limit',
  client_error: 'Compare path, method and body of the request with the API',
  server_error: "Look up the first failure in the service's log",
  unexpected: 'If the status is right, accept it with `statuses` of the endpoint',
  unusable: 'Compare the response in the log with what the test needs from it',
});
