// GitHub and GitLab: where the comments of a request are, and how they are written.

import { apiAt } from '../sharing/api.js';

/** @typedef {import('./types.js').Host} Host */

/**
 * Variables of the environment:
 *
 * - GitHub: GITHUB_API_URL, GITHUB_REPOSITORY, COMMENT_TOKEN (may write to pull requests), TESTED_COMMIT, TESTED_OWNER
 *   and TESTED_BRANCH (the head of the pull request; it may be in a fork).
 * - GitLab: CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, CI_MERGE_REQUEST_TARGET_BRANCH_NAME, COMMENT_TOKEN.
 *
 * @param {Record<string, string>} variables
 * @returns {Host}
 * @example const host = hostOf(__ENV);
 */
export function hostOf(variables) {
  return variables.GITHUB_REPOSITORY ? github(variables) : gitlab(variables);
}

/**
 * @param {Record<string, string>} variables
 * @returns {Host}
 */
function github(variables) {
  const { TESTED_OWNER: owner, TESTED_BRANCH: branch, TESTED_COMMIT: commit } = variables;
  const api = apiAt(variables.GITHUB_API_URL, {
    Accept: 'application/vnd.github+json',
    Authorization: `Bearer ${variables.COMMENT_TOKEN}`,
    'X-GitHub-Api-Version': '2022-11-28',
  });
  const repository = `/repos/${variables.GITHUB_REPOSITORY}`;
  return {
    request: () => {
      const head = encodeURIComponent(`${owner}:${branch}`);
      // A newer commit has a run of its own.
      const found = api
        .list(`${repository}/pulls?state=open&head=${head}`)
        .find(({ head: { sha } }) => sha === commit);
      return found && { id: found.number, target: found.base.ref };
    },
    file: (path, ref) =>
      api.text(`${repository}/contents/${escaped(path)}?ref=${encodeURIComponent(ref)}`),
    comments: (id) =>
      api
        .list(`${repository}/issues/${id}/comments`)
        .filter(({ user }) => user?.type === 'Bot')
        .map((comment) => ({ id: comment.id, body: comment.body ?? '' })),
    create: (id, body) => api.call('POST', `${repository}/issues/${id}/comments`, { body }),
    update: (_, comment, body) =>
      api.call('PATCH', `${repository}/issues/comments/${comment}`, { body }),
  };
}

/**
 * @param {Record<string, string>} variables
 * @returns {Host}
 */
function gitlab(variables) {
  const api = apiAt(variables.CI_API_V4_URL, { 'PRIVATE-TOKEN': variables.COMMENT_TOKEN });
  const project = `/projects/${variables.CI_PROJECT_ID}`;
  const notes = (/** @type {number} */ id) => `${project}/merge_requests/${id}/notes`;
  return {
    request: () => ({
      id: Number(variables.CI_MERGE_REQUEST_IID),
      target: variables.CI_MERGE_REQUEST_TARGET_BRANCH_NAME,
    }),
    file: (path, ref) =>
      api.text(
        `${project}/repository/files/${encodeURIComponent(path)}/raw?ref=${encodeURIComponent(ref)}`,
      ),
    comments: (id) => {
      const { id: me } = api.call('GET', '/user');
      return api
        .list(`${notes(id)}?sort=asc&order_by=created_at`)
        .filter(({ author, system }) => author?.id === me && !system)
        .map(({ id: note, body }) => ({ id: note, body }));
    },
    create: (id, body) => api.call('POST', notes(id), { body }),
    update: (id, note, body) => api.call('PUT', `${notes(id)}/${note}`, { body }),
  };
}

/** @param {string} path */
const escaped = (path) => path.split('/').map(encodeURIComponent).join('/');
