// @ts-nocheck -- the types here are k6's, and this runs in a browser
// Runs in the browser, as part of the report: values of the charts by pointer and keyboard, zoom, and the choice of an endpoint.
/* global document */

import { coursesOf } from './course-charts.js';
import { indexAt, lineChart, valuesAt } from './line-chart.js';
import { escapeMarkup } from './markup.js';

/** Fewest points that zoom shows. */
const FEWEST = 3;

for (const box of document.querySelectorAll('.live')) {
  animate(box, JSON.parse(box.querySelector('script').textContent));
}

/** @param {Element} box charts that belong together: what one shows, all show @param {any} data */
function animate(box, data) {
  const charts = box.querySelector('.charts');
  const last = (data.at ?? data.charts[0].at).length - 1;
  const state = { series: 0, zoom: [0, last], cursor: undefined, focus: undefined };
  const controls = controlsOf(box, data, {
    pick: (series) => update({ series }),
    zoomIn: () => zoomBy(0.5),
    zoomOut: () => zoomBy(2),
    reset: () => update({ zoom: [0, last] }),
  });

  const drawn = () => {
    const { series, zoom } = state;
    const cursor = state.cursor === undefined ? undefined : state.cursor - zoom[0];
    const list = data.series ? coursesOf(data, data.series[series], zoom) : cut(data.charts, zoom);
    return list.map((chart) => ({ ...chart, cursor }));
  };

  const update = (changes) => {
    Object.assign(state, changes);
    const [from, to] = state.zoom;
    if (state.cursor !== undefined) {
      state.cursor = Math.min(to, Math.max(from, state.cursor));
    }
    const list = drawn();
    const focused = [...charts.children].indexOf(document.activeElement?.closest('figure'));
    charts.innerHTML = list.map(lineChart).join('');
    [...charts.children].forEach((figure, i) => describe(figure, list[i]));
    charts.children[focused]?.querySelector('svg').focus({ preventScroll: true });
    controls.show({ isZoomed: to - from < last, canZoom: to - from > FEWEST - 1, ...state });
  };

  const zoomBy = (factor) => {
    const [from, to] = state.zoom;
    const size = Math.max(FEWEST - 1, Math.min(last, Math.round((to - from) * factor)));
    const middle = state.cursor ?? (from + to) / 2;
    const start = Math.max(0, Math.min(last - size, Math.round(middle - size / 2)));
    update({ zoom: [start, start + size] });
  };

  const place = (event) => {
    const svg = event.target.closest('svg');
    if (svg === null) {
      return undefined;
    }
    const { left, width } = svg.getBoundingClientRect();
    return state.zoom[0] + indexAt(drawn()[0].at, (event.clientX - left) / width);
  };

  let dragFrom;
  charts.addEventListener('pointerdown', (event) => {
    dragFrom = event.pointerType === 'mouse' ? place(event) : undefined;
    update({ cursor: place(event) });
  });
  charts.addEventListener('pointermove', (event) => {
    const cursor = place(event);
    if (cursor !== state.cursor) {
      update({ cursor });
    }
  });
  charts.addEventListener('pointerup', (event) => {
    const to = place(event);
    if (dragFrom !== undefined && to !== undefined && Math.abs(to - dragFrom) >= FEWEST - 1) {
      update({ zoom: [Math.min(dragFrom, to), Math.max(dragFrom, to)] });
    }
    dragFrom = undefined;
  });
  charts.addEventListener('pointerleave', () => update({ cursor: undefined }));
  charts.addEventListener('dblclick', () => update({ zoom: [0, last] }));
  charts.addEventListener('keydown', (event) => {
    const [from, to] = state.zoom;
    const at = state.cursor ?? from - 1;
    const actions = {
      ArrowRight: () => update({ cursor: Math.min(to, at + 1) }),
      ArrowLeft: () => update({ cursor: Math.max(from, at - 1) }),
      Home: () => update({ cursor: from }),
      End: () => update({ cursor: to }),
      '+': () => zoomBy(0.5),
      '-': () => zoomBy(2),
      0: () => update({ zoom: [0, last] }),
      Escape: () => update({ zoom: [0, last], cursor: undefined }),
    };
    if (actions[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      actions[event.key]();
    }
  });
  update({});
}

/** @param {any[]} charts @param {[number, number]} zoom */
function cut(charts, [from, to]) {
  const part = (values) => values.slice(from, to + 1);
  return charts.map((chart) => ({
    ...chart,
    at: part(chart.at),
    names: part(chart.names),
    series: chart.series.map((line) => ({ ...line, values: part(line.values) })),
  }));
}

/** Makes a chart reachable by keyboard: a slider over its points. @param {Element} figure @param {any} chart */
function describe(figure, chart) {
  const svg = figure.querySelector('svg');
  const index = chart.cursor ?? 0;
  const text = chart.cursor === undefined ? '' : valuesAt(chart, index);
  const summary = svg.getAttribute('aria-label');
  const attributes = {
    tabindex: '0',
    role: 'slider',
    'aria-label': `${summary} Arrow keys show values, plus and minus zoom.`,
    'aria-valuemin': '0',
    'aria-valuemax': String(chart.at.length - 1),
    'aria-valuenow': String(index),
    'aria-valuetext': text || 'no point chosen',
  };
  Object.entries(attributes).forEach(([name, value]) => svg.setAttribute(name, value));
  const readout = document.createElement('p');
  readout.className = 'readout';
  readout.textContent = text;
  figure.querySelector('figcaption').after(readout);
}

/** @param {Element} box @param {any} data @param {any} actions @returns {{ show: (state: any) => void }} */
function controlsOf(box, data, actions) {
  const controls = box.querySelector('.controls');
  const options = (data.series ?? []).map(
    ({ name }, i) => `<option value="${i}">${escapeMarkup(name)}</option>`,
  );
  const choice =
    options.length > 2 ? `<label>Show <select>${options.join('')}</select></label>` : '';
  controls.innerHTML = `${choice}
    <span role="group" aria-label="Zoom">
      <button type="button" data-zoom="in">Zoom in</button>
      <button type="button" data-zoom="out">Zoom out</button>
    </span>
    <span class="hint">Drag over a chart to zoom, double-click to go back.</span>`;
  const select = controls.querySelector('select');
  select?.addEventListener('change', () => actions.pick(Number(select.value)));
  const [zoomIn, zoomOut] = controls.querySelectorAll('button');
  zoomIn.addEventListener('click', actions.zoomIn);
  zoomOut.addEventListener('click', actions.zoomOut);
  const names = select ? rowButtons(box, actions.pick) : [];
  return {
    show({ series, isZoomed, canZoom }) {
      if (select) {
        select.value = String(series);
      }
      names.forEach((button, i) => button.setAttribute('aria-pressed', String(i + 1 === series)));
      zoomIn.disabled = !canZoom;
      zoomOut.disabled = !isZoomed;
    },
  };
}

/** Turns the names of the small charts into buttons that choose an endpoint. @returns {Element[]} */
function rowButtons(box, pick) {
  const section = box.closest('section');
  return [...section.querySelectorAll('[data-series]')].map((name) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...name.childNodes);
    name.append(button);
    button.addEventListener('click', () => {
      const series = Number(name.dataset.series);
      pick(button.getAttribute('aria-pressed') === 'true' ? 0 : series);
      box.scrollIntoView({ block: 'nearest' });
    });
    return button;
  });
}
