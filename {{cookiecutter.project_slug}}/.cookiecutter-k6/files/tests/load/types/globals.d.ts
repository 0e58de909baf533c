// What k6 offers as globals beyond @types/k6. Declared here instead of pulling in the DOM library, which
// would accept fetch, URL and others that k6 does not have.

interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

declare const console: Console;

interface ImportMeta {
  resolve(specifier: string): string;
}

declare const crypto: { randomUUID(): string };

/** Loads a module only where it is needed; at init only. */
declare function require(path: './read-settings.js'): typeof import('../lib/read-settings.js');
declare function require(path: './plan.js'): typeof import('../lib/plan.js');
// @feature websocket {
declare function require(path: './raw-channel.js'): typeof import('../lib/sockets/raw-channel.js');
declare function require(path: './socket-plan.js'): typeof import('../lib/sockets/socket-plan.js');
declare function require(path: './socketio.js'): typeof import('../lib/sockets/socketio.js');
// @feature }
// @feature cdc {
declare function require(path: './mongodb.js'): typeof import('../lib/cdc/mongodb.js');
declare function require(
  path: './pipeline-stages.js',
): typeof import('../lib/cdc/pipeline-stages.js');
declare function require(
  path: '../database/postgres.js',
): typeof import('../lib/database/postgres.js');
declare function require(path: 'k6/http'): typeof import('k6/http');
// @feature }
declare function require(path: './stages.js'): typeof import('../lib/database/stages.js'); // @feature sql
declare function require(path: 'k6/execution'): typeof import('k6/execution');
declare function require(path: './stage-tag.js'): typeof import('../lib/stage-tag.js');
// @feature missions {
declare function require(
  path: './workloads/missions.js',
): typeof import('../workloads/missions.js');
// @feature }
// @feature desk {
declare function require(path: './workloads/desk.js'): typeof import('../workloads/desk.js');
// @feature }
// @feature multi_tenant {
declare function require(
  path: './workloads/commerce.js',
): typeof import('../workloads/commerce.js');
declare function require(
  path: '../lib/tenants/targets.js',
): typeof import('../lib/tenants/targets.js');
declare function require(
  path: '../lib/tenants/tier-plan.js',
): typeof import('../lib/tenants/tier-plan.js');
declare function require(
  path: '../lib/tenants/rate-limit-plan.js',
): typeof import('../lib/tenants/rate-limit-plan.js');
declare function require(
  path: '../lib/tenants/flash-sale-plan.js',
): typeof import('../lib/tenants/flash-sale-plan.js');
declare function require(
  path: '../lib/tenants/memory-plan.js',
): typeof import('../lib/tenants/memory-plan.js');
declare function require(
  path: '../lib/tenants/knee-plan.js',
): typeof import('../lib/tenants/knee-plan.js');
// @feature }
// @feature openapi {
declare function require(path: './choose.js'): typeof import('../lib/openapi/choose.js');
declare function require(
  path: '../lib/openapi/report.js',
): typeof import('../lib/openapi/report.js');
// @feature }
