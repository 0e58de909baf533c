// Stand-ins for what a module asks: settings, the service, the log.

import k6 from 'k6';
import http from 'k6/http';
import { BASE_URL, env } from '../../lib/config.js';
import { unanswered } from '../../engine/vu/failures.js';

/**
 * @template T
 * @param {Record<string, unknown>} settings as they are after reading, instead of those of the run
 * @param {() => T} make
 * @returns {T} what it makes with them
 * @example withSettings({ VUS: 5 }, () => plannedLoad(spec).vus) // 5
 */
export function withSettings(settings, make) {
  const before = Object.keys(settings).map((name) => [name, env[name]]);
  set(settings);
  try {
    return make();
  } finally {
    set(Object.fromEntries(before));
  }
}

/** @param {Record<string, unknown>} settings */
function set(settings) {
  for (const [name, value] of Object.entries(settings)) {
    Object.defineProperty(env, name, { value, configurable: true, writable: true });
  }
}

/** Targets on this machine and elsewhere. */
export const LOCAL = {
  scheme: 'http',
  host: 'localhost',
  href: 'http://localhost:8000',
  masked: 'http://localhost:8000',
  isLocal: true,
};
export const REMOTE = {
  scheme: 'https',
  host: 'shop.example.com',
  href: 'https://me:pw@shop.example.com',
  masked: 'https://***@shop.example.com',
  isLocal: false,
};

/**
 * Answers the requests of a step without a service.
 *
 * @template T
 * @param {(request: { method: string, url: string, body: any, params: any }) => object} answer
 *   status, body, headers, or the error of a request that gets none
 * @param {() => T} make
 * @returns {T} what it makes
 * @example answering(() => ({ status: 404 }), () => request(ITEM).status) // 404
 */
export function answering(answer, make) {
  const { request } = http;
  http.request = (method, url, body, params) => {
    const given = answer({ method, url, body, params });
    if (given.error !== undefined) {
      return { ...unanswered(/** @type {any} */ ({ url }), ''), error: given.error };
    }
    const isJson = typeof given.body === 'object';
    const text = isJson ? JSON.stringify(given.body) : given.body;
    return /** @type {any} */ ({
      status: 200,
      error: '',
      headers: isJson ? { 'Content-Type': 'application/json' } : {},
      timings: { duration: 7 },
      url,
      json: (selector) => valueAt(JSON.parse(text), selector),
      ...given,
      body: text,
    });
  };
  try {
    return make();
  } finally {
    http.request = request;
  }
}

/**
 * @param {any} value
 * @param {string} [selector] such as `data.0.id`, `data.#`, `@this`, `a.@tostr` or `..#`
 */
function valueAt(value, selector = '@this') {
  const step = (inner, name) =>
    name === '#' ? inner?.length : name === '@tostr' ? JSON.stringify(inner) : inner?.[name];
  const names = selector.split('.').filter((name) => name !== '@this');
  return selector === '..#' ? 1 : names.reduce(step, value);
}

/**
 * @template T
 * @param {() => T} make
 * @returns {{ made: T, logged: string[] }} what it makes and what it logs
 * @example logging(() => console.warn('late')).logged // ['warn: late']
 */
export function logging(make) {
  const before = globalThis.console;
  const logged = /** @type {string[]} */ ([]);
  const line = (level) => (text) => logged.push(`${level}: ${text}`.replaceAll(BASE_URL, 'BASE'));
  globalThis.console = /** @type {any} */ (
    Object.fromEntries(['log', 'warn', 'error'].map((level) => [level, line(level)]))
  );
  try {
    return { made: make(), logged };
  } finally {
    globalThis.console = before;
  }
}

/**
 * @template T
 * @param {() => T} make
 * @returns {{ made: T, groups: string[], slept: number[] }} what it makes, the groups it opens, the pauses
 * @example grouping(() => k6.group('a', () => 7)) // { made: 7, groups: ['a'], slept: [] }
 */
export function grouping(make) {
  const { group, sleep } = k6;
  const groups = /** @type {string[]} */ ([]);
  const slept = /** @type {number[]} */ ([]);
  k6.group = (name, visit) => {
    groups.push(name);
    return visit();
  };
  k6.sleep = (seconds) => void slept.push(seconds);
  try {
    return { made: make(), groups, slept };
  } finally {
    Object.assign(k6, { group, sleep });
  }
}

/**
 * @template T
 * @param {() => T} make
 * @returns {{ made: T, checked: [string, boolean][] }} what it makes, and the checks it records
 * @example checking(() => k6.check(7, { odd: (n) => n % 2 > 0 })).checked // [['odd', true]]
 */
export function checking(make) {
  const { check } = k6;
  const checked = /** @type {[string, boolean][]} */ ([]);
  k6.check = (value, checks) => {
    const found = Object.entries(checks).map(([name, holds]) => [
      name,
      typeof holds === 'function' ? holds(value) : holds,
    ]);
    checked.push(...found);
    return found.every(([, holds]) => holds);
  };
  try {
    return { made: make(), checked };
  } finally {
    k6.check = check;
  }
}
