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
