// The message in the form of the chat that gets it.
//
// Slack: an incoming webhook takes `text` (what notifications show) and `blocks`; & < > are its syntax and are escaped;
// a header has at most 150 characters, a section 3,000, a message 50 blocks.
// Teams: a webhook of the Workflows app takes a message with one Adaptive Card as its attachment, at most 28 KB;
// a TextBlock understands some Markdown.

/** @typedef {import('./types.js').Announcement} Announcement */

const SLACK_HEADER = 150;
const SLACK_SECTION = 3000;

/** Characters of the findings in a card, which may have 28 KB in all. */
const TEAMS_TEXT = 8000;

/** Hosts of webhooks of Teams: the Workflows app, and the connectors it replaces. */
const TEAMS_HOSTS = [
  /(?:^|\.)webhook\.office\.com$/,
  /(?:^|\.)logic\.azure\.(?:com|us|cn)$/,
  /(?:^|\.)api\.powerplatform\.(?:com|us|cn)$/,
  /(?:^|\.)powerautomate\.(?:com|us|cn)$/,
];

/**
 * @param {string} url of the webhook
 * @returns {'slack' | 'teams'}
 * @example formatFor('https://hooks.slack.com/services/T/B/x') // 'slack'
 */
export function formatFor(url) {
  const host = /^https?:\/\/(?:[^@/]*@)?([^/:?#]+)/.exec(url.toLowerCase())?.[1] ?? '';
  return TEAMS_HOSTS.some((pattern) => pattern.test(host)) ? 'teams' : 'slack';
}

/**
 * @param {Announcement} announcement
 * @returns {object} the body of the request to Slack
 * @example toSlack(announcement).blocks.length
 */
export function toSlack({ passed, title, facts, findings, link }) {
  const mark = passed ? '✅' : '❌';
  const section = (/** @type {string} */ text) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: cut(text, SLACK_SECTION) },
  });
  const why = findings.map(
    ({ test, reasons }) =>
      `*${slackText(test)}*\n${reasons.map((reason) => `• ${slackText(reason)}`).join('\n')}`,
  );
  return {
    text: cut(slackText(`${mark} ${title}`), SLACK_SECTION),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: cut(`${mark} ${title}`, SLACK_HEADER), emoji: true },
      },
      ...why.map(section),
      section(facts.map(([name, value]) => `${name}: ${slackText(value)}`).join('\n')),
      ...(link === undefined ? [] : [section(`<${link}|Open the run>`)]),
    ],
  };
}

/** @param {string} text */
function slackText(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/**
 * @param {Announcement} announcement
 * @returns {object} the body of the request to Teams
 * @example toTeams(announcement).attachments[0].content.type // 'AdaptiveCard'
 */
export function toTeams({ passed, title, facts, findings, link }) {
  const block = (/** @type {string} */ text, /** @type {object} */ style = {}) => ({
    type: 'TextBlock',
    text,
    wrap: true,
    ...style,
  });
  const why = findings.map(({ test, reasons }) =>
    [`**${teamsText(test)}**`, ...reasons.map((reason) => `- ${teamsText(reason)}`)].join('\n'),
  );
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      block(teamsText(`${passed ? '✅' : '❌'} ${title}`), {
        size: 'Medium',
        weight: 'Bolder',
        color: passed ? 'Good' : 'Attention',
      }),
      ...(why.length > 0 ? [block(cut(why.join('\n\n'), TEAMS_TEXT))] : []),
      {
        type: 'FactSet',
        facts: facts.map(([name, value]) => ({ title: name, value: teamsText(value) })),
      },
    ],
    ...(link !== undefined && {
      actions: [{ type: 'Action.OpenUrl', title: 'Open the run', url: link }],
    }),
  };
  return {
    type: 'message',
    attachments: [
      { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content },
    ],
  };
}

/** @param {string} text */
function teamsText(text) {
  return text.replace(/[\\*[\]`]/g, (character) => `\\${character}`);
}

/**
 * @param {string} text
 * @param {number} most characters
 */
function cut(text, most) {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
