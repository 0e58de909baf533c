import { localPath } from '../engine/settings/paths.js';
import { equal, expectations } from './expect.js';

const CASES = {
  'file:///home/me/my%20app/x.json': '/home/me/my app/x.json',
  'file:///home/%7B%7Bx%7D%7D/a': '/home/{{x}}/a',
  'file:///home/me/100%2525/a': '/home/me/100%25/a',
  'file:///home/%C3%BC/a': '/home/ü/a',
  'file:///C:/Users/me/a': 'C:/Users/me/a',
  '/plain/path': '/plain/path',
};

export const options = expectations(6);

export default function paths() {
  for (const [url, path] of Object.entries(CASES)) {
    equal(url, localPath(url), path);
  }
}
