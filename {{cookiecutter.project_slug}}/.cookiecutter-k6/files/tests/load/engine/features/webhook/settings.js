import { choice, secret } from '../../settings/kinds.js';
import { parseHttpUrl } from '../../settings/url.js';

/** Settings of the webhook. */
export const settings = {
  WEBHOOK_URL: {
    ...secret('Incoming webhook of Slack or Teams that gets the result of every run'),
    /** @param {string} raw */
    read: (raw) =>
      parseHttpUrl(raw) === null && !/^https?:\/\/[^\s/]+\/\S*$/.test(raw) ? undefined : raw,
    accepts: 'an http:// or https:// address',
  },
  WEBHOOK_FORMAT: choice(
    /** @type {const} */ (['auto', 'slack', 'teams']),
    'auto',
    "Format of the message; `auto` tells it by the host and takes Slack's for unknown ones, which Mattermost and others accept",
  ),
  WEBHOOK_WHEN: choice(
    /** @type {const} */ (['always', 'failed']),
    'always',
    'Which runs are announced',
  ),
};
