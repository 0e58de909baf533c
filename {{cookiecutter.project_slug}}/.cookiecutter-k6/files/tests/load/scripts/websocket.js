// WebSocket: keeps sockets open, subscribes, and measures the latency of messages.
//
//   ./scripts/load-test.sh websocket
//   ./scripts/load-test.sh load websocket
//   WS_SOCKETS=10 WS_SESSION=30s k6 run tests/load/scripts/websocket.js
//
// Conversation, duration and thresholds: the row WS_PROTOCOL in config/sockets.js.

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
  findings: sockets.findings,
  thresholds: { checks: ['rate>0.95'], ...sockets.thresholds },
  tags: { test_type: 'websocket' },
  // Sockets close when the test ends. This time is only for servers that do not answer the upgrade request.
  gracefulStop: '10s',
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => sockets.hold(test));
