import { address, choice, fields, flag, path, secret, text } from './kinds.js';

// The settings of authentication. docs/auth.md explains them by example.

export const auth = {
  AUTH_MODE: choice(
    /** @type {const} */ ([
      'none',
      'basic',
      'digest',
      'ntlm',
      'bearer',
      'api-key',
      'login',
      'oauth2',
      'session',
      'custom',
    ]),
    'none',
    'How requests authenticate',
  ),
  TEST_USER_EMAIL: text('', 'Name of the one user to log in as, instead of those in `USERS_FILE`'),
  TEST_USER_PASSWORD: secret('Password of the test users, instead of those in `USERS_FILE`'),
  USERS_FILE: text(
    'data/users.json',
    'JSON or CSV file with the test users, one per VU; absolute or relative to tests/load',
  ),
  USERS_BY: choice(
    /** @type {const} */ (['vu', 'turn', 'hash']),
    'vu',
    'Which user of `USERS_FILE` logs in: one per VU, the next one in each iteration, or one per VU at a place that differs from run to run',
  ),
  API_KEY: secret('Key to send with `AUTH_MODE=api-key`'),
  API_KEY_IN: choice(
    /** @type {const} */ (['bearer', 'header', 'query', 'cookie']),
    'bearer',
    'Where the key is sent: as a bearer token, or under `API_KEY_NAME` in a header, the query or a cookie',
  ),
  API_KEY_NAME: text('X-API-Key', 'Name of that header, query parameter or cookie'),
  BEARER_TOKEN: secret('Token to send with `AUTH_MODE=bearer`'),
  BEARER_HEADER: text('Authorization', 'Header that carries tokens'),
  BEARER_WORD: text('Bearer', 'Word in front of tokens in that header; `none` for no word'),
  LOGIN_PATH: address('/auth/login', 'Login route below `LOGIN_FROM`, or a whole URL'),
  LOGIN_FROM: choice(
    /** @type {const} */ (['api', 'base']),
    undefined,
    'What `LOGIN_PATH` and `REFRESH_PATH` are relative to: `api` (`BASE_URL` with `API_PREFIX`) or `base` (`BASE_URL`); default `api`, with `AUTH_MODE=session` `base`',
  ),
  LOGIN_FORMAT: choice(
    /** @type {const} */ (['json', 'form']),
    undefined,
    'How the login is sent; default `json`, with `AUTH_MODE=session` `form`',
  ),
  LOGIN_USER_FIELD: text(
    '',
    'Field of the login that holds the user; default `email` in JSON, `username` in a form',
  ),
  LOGIN_PASSWORD_FIELD: text('password', 'Field of the login that holds the password'),
  LOGIN_FIELDS: fields('Further fields of the login, such as `grant_type=password&remember=true`'),
  LOGIN_TOKEN_IN: choice(
    /** @type {const} */ (['body', 'header', 'cookie']),
    undefined,
    'Where the response to a login has the token; default: it is searched for',
  ),
  LOGIN_TOKEN_NAME: text('', 'Field, header or cookie with the token, such as `data.access_token`'),
  REFRESH_PATH: address(
    '/auth/refresh',
    'Token renewal route, as `LOGIN_PATH`; `/none` if the service has none: tokens are then renewed by logging in again',
  ),
  OAUTH2_GRANT: choice(
    /** @type {const} */ (['client_credentials', 'password', 'refresh_token']),
    'client_credentials',
    'OAuth 2.0 grant of `AUTH_MODE=oauth2`',
  ),
  OAUTH2_TOKEN_URL: address(
    '/oauth/token',
    'Token endpoint: a whole URL, or a path below `BASE_URL`',
  ),
  OAUTH2_CLIENT_ID: text('', 'Id of the OAuth 2.0 client'),
  OAUTH2_CLIENT_SECRET: secret('Secret of the OAuth 2.0 client'),
  OAUTH2_CLIENT_AUTH: choice(
    /** @type {const} */ (['header', 'body']),
    'header',
    'Where the client id and secret are sent: in the `Authorization` header or the body',
  ),
  OAUTH2_SCOPE: text('', 'Scopes to ask for, separated by blanks'),
  OAUTH2_AUDIENCE: text('', 'Audience to ask for'),
  OAUTH2_FIELDS: fields('Further fields of the token request, such as `resource=orders`'),
  OAUTH2_REFRESH_TOKEN: secret('Refresh token for `OAUTH2_GRANT=refresh_token`'),
  CSRF_COOKIE: text(
    '',
    'Cookie with the CSRF token, for `AUTH_MODE=session`; default: searched for',
  ),
  CSRF_HEADER: text('', 'Header that sends the CSRF token back; default: by the kind of cookie'),
  ME_PATH: path(
    '/user/me',
    'Route below `API_PREFIX` that returns the current user; `/none`: the service has none',
  ),
  RESOURCE_PATH: path('/items', 'Protected resource below `API_PREFIX`, for api-authenticated'),
  RESOURCE_WRITES: flag(
    true,
    'Whether api-authenticated also creates, reads, changes and deletes an entry; `false`: it only lists',
  ),
};
