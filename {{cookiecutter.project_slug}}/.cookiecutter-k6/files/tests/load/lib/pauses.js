export { pause, randomBetween, thinkTime } from './define.js';
