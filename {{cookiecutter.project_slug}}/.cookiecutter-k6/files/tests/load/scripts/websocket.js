// WebSocket: keeps sockets open, subscribes, and measures the latency of messages.
//
//   ./scripts/load-test.sh websocket
//   ./scripts/load-test.sh load websocket
//   WS_SOCKETS=10 WS_SESSION=30s k6 run tests/load/scripts/websocket.js
//
// Conversation, duration and thresholds: config/sockets.js, by WS_PROTOCOL.

import { defineSockets } from '../engine/features/sockets/sockets.js';
import { authEndpoints, currentToken } from '../lib/auth.js';
import { defineTest } from '../lib/define.js';

const sockets = defineSockets({ token: currentToken });

const test = defineTest({
  name: 'websocket',
  defaultLoad: sockets.defaultLoad,
  endpoints: [],
  support: authEndpoints,
  sockets: sockets.name,
  forVus: sockets.forVus,
  thresholds: { checks: ['rate>0.95'], ...sockets.thresholds },
  tags: { test_type: 'websocket' },
  // Sockets end with the test; only a server that never answers an upgrade is waited for.
  gracefulStop: '10s',
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => sockets.hold(test));
