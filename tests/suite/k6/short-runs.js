// Runs that are too short for a verdict say so.

import { socketReasons } from '../engine/features/sockets/socket-summary.js';
import { memoryPlan } from '../engine/features/tenants/memory-plan.js';
import { equal, expectations } from './expect.js';

export const options = expectations(4);

const sockets = (more) => ({ name: 'websocket', connections: 14, received: 3, errorTypes: {}, refusals: {}, ...more }); // prettier-ignore
const few = [{ ok: false, metric: 'ws_connections', expression: 'count>15', value: 14 }];

export default function shortRuns() {
  equal('few sockets', socketReasons({ sockets: sockets({}), thresholds: few }), [
    'websocket: 14 connections, most users came too late to open one: raise DURATION',
  ]);
  equal('no socket', socketReasons({ sockets: sockets({ connections: 0 }), thresholds: few }), [
    'websocket: no connection was ever opened',
  ]);
  const readings = (count) =>
    memoryPlan().findings({ memory_usage_mb: { values: { count, min: 1, med: 1, max: 1 } } });
  equal('few readings', readings(3).reasons, [
    'memory leak: not judged, 3 of at least 20 readings: raise DURATION',
  ]);
  equal('enough readings', readings(20).reasons, []);
}
