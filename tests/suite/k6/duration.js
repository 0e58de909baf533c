import { formatDuration, parseDuration } from '../engine/settings/duration.js';
import { equal, expectations } from './expect.js';

const GOOD = {
  '0s': 0,
  '1ms': 1,
  '250ms': 250,
  '1s': 1000,
  '30s': 30_000,
  '1m': 60_000,
  '1m30s': 90_000,
  '1.5m': 90_000,
  '2h': 7_200_000,
  '1h2m3s4ms': 3_723_004,
  '1d': 86_400_000,
  '0.5h': 1_800_000,
};

const BAD = [
  '',
  '5',
  '1',
  's',
  '1 s',
  ' 1s',
  '1s ',
  '-1s',
  '+1s',
  '1e3s',
  '.5s',
  '5.s',
  '1S',
  '5M',
  '1w',
  '1y',
  '1us',
  '1ns',
  '1m-1s',
  '1,5m',
  '1s\n',
  'NaNs',
  'Infinitys',
  '1m 30s',
  '٣s',
  '1ss',
];

const TEXTS = {
  0: '0s',
  1: '1ms',
  999: '999ms',
  1000: '1s',
  1500: '1s500ms',
  90_000: '1m30s',
  3_600_000: '1h',
  3_900_000: '1h5m',
  86_400_000: '24h',
  1000.4: '1s',
};

export const options = expectations(60);

export default function duration() {
  for (const [text, ms] of Object.entries(GOOD)) {
    equal(`parse ${text}`, parseDuration(text), ms);
  }
  for (const text of BAD) {
    equal(`refuse ${JSON.stringify(text)}`, parseDuration(text), NaN);
  }
  for (const [ms, text] of Object.entries(TEXTS)) {
    equal(`format ${ms}`, formatDuration(Number(ms)), text);
  }
  for (const ms of Object.values(GOOD)) {
    equal(`there and back ${ms}`, parseDuration(formatDuration(ms)), ms);
  }
}
