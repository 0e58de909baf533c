// WebSocket: keeps sockets open, subscribes, and measures how late messages come.
//
//   ./scripts/load-test.sh websocket
//   ./scripts/load-test.sh load websocket
//   WS_SOCKETS=10 WS_SESSION=30s k6 run tests/load/scripts/websocket.js
//
// What is said, for how long, and what counts as good: config/sockets.js, by WS_PROTOCOL.

import { authEndpoints, currentToken } from '../lib/auth.js'; // @feature auth
import { useToken } from '../engine/features/sockets/sockets.js'; // @feature auth
import { defineSockets } from '../engine/features/sockets/sockets.js';
import { defineTest } from '../lib/define.js';

const sockets = defineSockets();
useToken(currentToken); // @feature auth

const test = defineTest({
  name: 'websocket',
  own: sockets.own,
  endpoints: [],
  support: authEndpoints, // @feature auth
  sockets: sockets.name,
  thresholds: { checks: ['rate>0.95'], ...sockets.thresholds },
  tags: { test_type: 'websocket' },
  // Sockets end with the test; only a server that never answers an upgrade is waited for.
  gracefulStop: '10s',
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => sockets.hold(test));
