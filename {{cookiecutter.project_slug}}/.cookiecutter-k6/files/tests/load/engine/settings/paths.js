/**
 * Turns what `import.meta.resolve` gives into a file path. k6 opens and writes paths, not the escaped URLs
 * that folders with spaces or braces in their names become.
 *
 * @param {string} url `file:///home/me/my%20app/x.json`
 * @returns {string} `/home/me/my app/x.json`
 * @example const cities = JSON.parse(open(localPath(import.meta.resolve('../data/cities.json'))));
 */
export function localPath(url) {
  return decodeURIComponent(url)
    .replace(/^file:\/\//, '')
    .replace(/^\/(?=[A-Za-z]:)/, '');
}
