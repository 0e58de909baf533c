// @ts-nocheck -- the types here are k6's, and this runs in a browser
// Runs in the browser, as part of the report: values of the charts by pointer and keyboard, zoom, and the choice of an
// endpoint.
/* global document */

import { coursesOf } from './course-charts.js';
import { indexAt, lineChart, valuesAt } from './line-chart.js';
import { escapeMarkup } from './markup.js';

/** Fewest points that zoom shows. */
const FEWEST = 3;

/** The choice of an endpoint and the zoom buttons. */
class Controls {
  constructor(box, charts) {
    this.charts = charts;
    const names = (charts.data.series ?? []).map(({ name }) => name);
    const options = names.map((name, i) => `<option value="${i}">${escapeMarkup(name)}</option>`);
    box.querySelector('.controls').innerHTML =
      `${names.length > 2 ? `<label>Show <select>${options.join('')}</select></label>` : ''}
      <span role="group" aria-label="Zoom">
        <button type="button">Zoom in</button>
        <button type="button">Zoom out</button>
      </span>
      <span class="hint">Drag over a chart to zoom, double-click to go back.</span>`;
    this.select = box.querySelector('select');
    this.select?.addEventListener('change', () => charts.pick(Number(this.select.value)));
    this.buttons = [...box.querySelectorAll('.controls button')];
    this.buttons[0].addEventListener('click', () => charts.zoomBy(0.5));
    this.buttons[1].addEventListener('click', () => charts.zoomBy(2));
    this.rows = [...box.parentElement.querySelectorAll('[data-series]')].map((row) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...row.childNodes);
      row.append(button);
      button.addEventListener('click', () => {
        const isShown = button.getAttribute('aria-pressed') === 'true';
        charts.pick(isShown ? 0 : Number(row.dataset.series));
        box.scrollIntoView({ block: 'nearest' });
      });
      return button;
    });
  }

  show() {
    const { series, zoom, last } = this.charts;
    if (this.select) {
      this.select.value = String(series);
    }
    this.rows.forEach((row, i) => row.setAttribute('aria-pressed', String(i + 1 === series)));
    this.buttons[0].disabled = zoom[1] - zoom[0] < FEWEST;
    this.buttons[1].disabled = zoom[1] - zoom[0] >= last;
  }
}

/** What keys do in a chart. */
const KEYS = {
  ArrowRight: (charts) => charts.moveTo((charts.cursor ?? charts.zoom[0] - 1) + 1),
  ArrowLeft: (charts) => charts.moveTo((charts.cursor ?? charts.zoom[1] + 1) - 1),
  Home: (charts) => charts.moveTo(charts.zoom[0]),
  End: (charts) => charts.moveTo(charts.zoom[1]),
  '+': (charts) => charts.zoomBy(0.5),
  '-': (charts) => charts.zoomBy(2),
  0: (charts) => charts.reset(),
  Escape: (charts) => charts.reset(),
};

/** Charts of the same points: what one of them shows, all of them show. */
class LiveCharts {
  constructor(box) {
    this.data = JSON.parse(box.querySelector('script').textContent);
    this.figures = [...box.querySelectorAll('figure')];
    this.figures.forEach((figure) => {
      const readout = document.createElement('p');
      readout.className = 'readout';
      figure.querySelector('figcaption').after(readout);
    });
    this.last = (this.data.at ?? this.data.charts[0].at).length - 1;
    this.zoom = [0, this.last];
    this.series = 0;
    this.cursor = undefined;
    this.controls = new Controls(box, this);
    this.listen(box.querySelector('.charts'));
    this.draw();
  }

  /** The charts of the chosen endpoint between the ends of the zoom. */
  charts() {
    const { data, zoom, cursor } = this;
    const list = data.series
      ? coursesOf(data, data.series[this.series], zoom)
      : data.charts.map((chart) => cut(chart, zoom));
    return list.map((chart) => ({ ...chart, cursor: cursor && cursor - zoom[0] }));
  }

  draw() {
    const drawing = document.createElement('template');
    this.charts().forEach((chart, i) => {
      drawing.innerHTML = lineChart(chart).text;
      fill(this.figures[i], drawing.content, chart);
    });
    this.controls.show();
  }

  pick(series) {
    this.series = series;
    this.draw();
  }

  moveTo(cursor) {
    const [from, to] = this.zoom;
    const next = cursor === undefined ? undefined : Math.min(to, Math.max(from, cursor));
    if (next !== this.cursor) {
      this.cursor = next;
      this.draw();
    }
  }

  zoomTo(from, to) {
    this.zoom = [from, to];
    this.cursor = this.cursor && Math.min(to, Math.max(from, this.cursor));
    this.draw();
  }

  zoomBy(factor) {
    const [from, to] = this.zoom;
    const size = Math.max(FEWEST - 1, Math.min(this.last, Math.round((to - from) * factor)));
    const middle = this.cursor ?? (from + to) / 2;
    const start = Math.max(0, Math.min(this.last - size, Math.round(middle - size / 2)));
    this.zoomTo(start, Math.min(this.last, start + size));
  }

  reset() {
    this.cursor = undefined;
    this.zoomTo(0, this.last);
  }

  /** The point under the pointer; undefined beside the charts. */
  pointAt(event) {
    const svg = event.target.closest('svg');
    if (svg === null) {
      return undefined;
    }
    const { left, width } = svg.getBoundingClientRect();
    return this.zoom[0] + indexAt(this.charts()[0].at, (event.clientX - left) / width);
  }

  listen(box) {
    let dragFrom;
    box.addEventListener('pointerdown', (event) => {
      dragFrom = event.pointerType === 'mouse' ? this.pointAt(event) : undefined;
      this.moveTo(this.pointAt(event));
    });
    box.addEventListener('pointermove', (event) => this.moveTo(this.pointAt(event)));
    box.addEventListener('pointerleave', () => this.moveTo(undefined));
    box.addEventListener('pointerup', (event) => {
      const ends = [dragFrom, this.pointAt(event)].sort((a, b) => a - b);
      if (!ends.includes(undefined) && ends[1] - ends[0] >= FEWEST - 1) {
        this.zoomTo(...ends);
      }
      dragFrom = undefined;
    });
    box.addEventListener('dblclick', () => this.reset());
    box.addEventListener('keydown', (event) => {
      if (KEYS[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        KEYS[event.key](this);
      }
    });
  }
}

/** Part of a chart. */
function cut(chart, [from, to]) {
  const part = (values) => values.slice(from, to + 1);
  const series = chart.series.map((line) => ({ ...line, values: part(line.values) }));
  return { ...chart, at: part(chart.at), names: part(chart.names), series };
}

/** Puts a drawing into a figure. For the keyboard and screen readers it is a slider over the points. */
function fill(figure, drawing, chart) {
  const text = chart.cursor === undefined ? '' : valuesAt(chart, chart.cursor);
  figure.querySelector('figcaption').innerHTML = drawing.querySelector('figcaption').innerHTML;
  figure.querySelector('.readout').textContent = text;
  const svg = figure.querySelector('svg');
  svg.innerHTML = drawing.querySelector('svg').innerHTML;
  const attributes = {
    tabindex: 0,
    role: 'slider',
    'aria-label': `${drawing.querySelector('svg').getAttribute('aria-label')} Arrow keys show values, plus and minus zoom.`,
    'aria-valuemin': 0,
    'aria-valuemax': chart.at.length - 1,
    'aria-valuenow': chart.cursor ?? 0,
    'aria-valuetext': text || 'no point chosen',
  };
  Object.entries(attributes).forEach(([name, value]) => svg.setAttribute(name, value));
}

for (const box of document.querySelectorAll('.live')) {
  new LiveCharts(box);
}
