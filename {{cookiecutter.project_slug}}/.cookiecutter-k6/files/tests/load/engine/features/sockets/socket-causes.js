/** Why sockets fail. The summary counts by these names, so the list is short and fixed. */
export const SOCKET_CAUSES = Object.freeze({
  refused: 'connection refused',
  timeout: 'no answer to the upgrade in time',
  dns: 'host name not found',
  tls: 'TLS error',
  connection: 'connection lost during the upgrade',
  not_upgraded: 'upgrade refused: the answer was not 101',
  rejected: 'turned away by the Socket.IO server',
  closed: 'closed by the server',
  dropped: 'connection lost',
  no_heartbeat: 'no ping from the server in time',
  no_message: 'no message came',
  unanswered: 'no answer to what was said',
  unreadable: 'message that cannot be read',
  binary: 'binary message',
  duplicate: 'message delivered twice',
  clock: "server's clock is ahead and cannot be asked",
  not_closed: 'close frame never answered',
});

/** Statuses of refused upgrades that are counted one by one: k6 reports them as a tag only. */
export const REFUSALS = [200, 301, 302, 400, 401, 403, 404, 426, 429, 500, 502, 503, 504];
