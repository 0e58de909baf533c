// What refusals say: the validation messages of web frameworks, taken apart. Each names a field, most say what is
// expected. Only the first VU loads this module.

/** @typedef {import('./types.js').Json} Json */

/**
 * One field that a service does not accept.
 *
 * @typedef {object} Complaint
 * @property {string[]} steps where it is: names from the outside in
 * @property {string} message
 * @property {Json[]} choices values that the message lists apart from its text
 * @property {boolean} isMissing whether it is asked for and was not sent
 */

/** How deep a message may be nested. */
const DEEPEST = 6;

/** Keys that hold the complaints, in the objects that frameworks wrap them in. */
const CONTAINERS =
  'errors error violations details detail issues fieldErrors field_errors fieldViolations invalid-params ' +
  'invalidParams invalid_params validationErrors data _embedded message messages body query json';

/** Keys whose object has a member for each field. */
const MAPS = 'errors data fieldErrors field_errors validationErrors details body query json';

/** Keys that name the field of a complaint. */
const FIELDS =
  'loc field propertyPath property param pointer instancePath dataPath keys path attribute name';

/** Keys with its message. */
const MESSAGES = 'msg message defaultMessage description detail reason error title code';

/** Keys of the wrapping objects that are no fields; as lists of texts they are: `{"title": ["is too short"]}`. */
const ENVELOPE =
  'type title status statusCode code error name message msg detail instance path timestamp traceId requestId stack url';

/** Keys with the values that a service accepts. */
const CHOICES =
  'allowedValues enumValues options enum_values permitted valid_values expected enum allowed choices';

/** Texts that name their field: NestJS, Joi, Laravel, Fastify, Go, Rails, Jackson, Micronaut. */
const MENTIONS = [
  /Field validation for '([\w.]+)' failed on the '(?:\w+)' tag/,
  /through reference chain: .*\["(\w+)"\]/,
  /(?:param is missing or the value is empty(?: or invalid)?): (\w+)/,
  /(?:missing|required|invalid|bad|unknown)(?: \w+)? (?:field|property|parameter|key|argument|attribute)s?[^:'"`\w]*[:\s'"`]+(\w+)/i,
  /^each value in (\w+) /,
  /^(?:body|query|querystring|params|headers)[/.]([\w./]+) /,
  /^The (?:field )?'?(\w+)'?(?: field)? (?:must|is|has|may|does|can)/i,
  /^["'`]?([A-Za-z_][\w.[\]-]*)["'`]? (?:must|should|has|have|is|are|was|can(?:'t|not)?|may|needs?|does|doesn't)\b/,
  /^(?:\w+\.)*(\w+): ./,
];

const MISSING = /required|missing|blank|empty|can't be null|not be null|must be present|undefined/i;

/** Another value would not help: it must only differ from one that is there. */
const TAKEN = /already|unique|taken|duplicate/i;

/** @param {string} list @returns {string[]} */
const words = (list) => list.split(' ');

/**
 * Takes the complaints out of the body of a refusal.
 *
 * @param {any} body JSON
 * @returns {Complaint[]}
 * @example complaintsOf({ errors: { Kind: ['The Kind field is required.'] } })[0].steps // ['Kind']
 */
export function complaintsOf(body) {
  return complaintsIn(body, '', 0);
}

/**
 * @param {any} node
 * @param {string} key that holds it
 * @param {number} depth
 * @returns {Complaint[]}
 */
function complaintsIn(node, key, depth) {
  if (typeof node === 'string') {
    return fromText(node);
  }
  if (node === null || typeof node !== 'object' || depth > DEEPEST) {
    return [];
  }
  if (Array.isArray(node)) {
    return node.flatMap((item) => complaintsIn(item, '', depth + 1));
  }
  const isMap = words(MAPS).includes(key);
  const inner = words(CONTAINERS)
    .filter((name) => isPart(node[name]) && !(isMap && isList(node[name])))
    .flatMap((name) => complaintsIn(node[name], name, depth + 1));
  if (inner.length > 0) {
    return inner;
  }
  const single = singleOf(node, depth);
  if (single !== undefined) {
    return [single];
  }
  const mapped = fromMap(node, isMap, depth);
  if (mapped.length > 0) {
    return mapped;
  }
  return words(MESSAGES).flatMap((name) =>
    typeof node[name] === 'string' ? fromText(node[name]) : [],
  );
}

/**
 * @param {any} node
 * @param {number} depth
 * @returns {Complaint | undefined} the one complaint that an object is; undefined: it is none
 */
function singleOf(node, depth) {
  const message = words(MESSAGES)
    .map((name) => node[name])
    .find((text) => typeof text === 'string');
  // At the top, `path` is that of the request and `name` that of the error.
  const names = words(FIELDS).filter((name) => depth > 0 || !['path', 'name'].includes(name));
  const where =
    names.map((name) => node[name]).find((place) => typeof place === 'string' || isList(place)) ??
    node.source?.pointer ??
    node.source?.parameter;
  if (message === undefined || where === undefined || where === '') {
    return undefined;
  }
  // Ajv names what is missing beside the place where it should be.
  const missing = node.params?.missingProperty ?? node.info?.missingProperty;
  const steps = [...stepsOf(where), ...(missing ? [String(missing)] : [])];
  return complaint(steps, message, node);
}

/** @param {any} value @returns {boolean} */
function isPart(value) {
  return value !== null && typeof value === 'object';
}

/**
 * @param {any} place
 * @returns {boolean} whether it is a list of texts or numbers
 */
function isList(place) {
  return Array.isArray(place) && place.length > 0 && place.every((one) => typeof one !== 'object');
}

/**
 * @param {any} node an object with a member for each field
 * @param {boolean} isMap whether all of its keys are fields
 * @param {number} depth
 * @returns {Complaint[]}
 */
function fromMap(node, isMap, depth) {
  return Object.entries(node).flatMap(([field, inner]) => {
    const texts = [inner].flat().filter((text) => typeof text === 'string');
    const isText = ['message', 'error', 'detail'].includes(field);
    const isField = isMap || !words(ENVELOPE).includes(field) || (Array.isArray(inner) && !isText);
    if (texts.length > 0) {
      if (!isField || field === 'non_field_errors') {
        return texts.flatMap(fromText);
      }
      return texts.map((message) => complaint(stepsOf(field), message, {}));
    }
    if (!isPart(inner) || Array.isArray(inner)) {
      return isField ? complaintsIn(inner, field, depth + 1) : [];
    }
    const own = words(MESSAGES)
      .map((name) => inner[name])
      .find((text) => typeof text === 'string');
    if (own !== undefined) {
      return [complaint(stepsOf(inner.path ?? field), own, inner)];
    }
    // An object in an object: the fields of a part.
    return fromMap(inner, true, depth + 1).map((one) => ({
      ...one,
      steps: [...stepsOf(field), ...one.steps],
    }));
  });
}

/**
 * @param {string} text
 * @returns {Complaint[]} one, or none
 */
function fromText(text) {
  for (const pattern of MENTIONS) {
    const [, field] = pattern.exec(text) ?? [];
    if (field !== undefined) {
      return [complaint(stepsOf(field), text, {})];
    }
  }
  return [];
}

/**
 * @param {string | readonly (string | number)[]} place such as `$.items[0].kind`, `/items/0/kind` or `["body", "kind"]`
 * @returns {string[]}
 */
function stepsOf(place) {
  const listed = Array.isArray(place) ? place.map(String) : [String(place)];
  return listed
    .flatMap((one) => one.split(/[./[\]]+/))
    .filter((step) => step !== '' && step !== '$');
}

/**
 * @param {string[]} steps
 * @param {string} message
 * @param {any} node the object that it comes from
 * @returns {Complaint}
 */
function complaint(steps, message, node) {
  const hints = [node, node.ctx, node.info, node.params, node.properties].filter(isPart);
  const choices = hints
    .flatMap((hint) => words(CHOICES).map((name) => hint[name]))
    .find((list) => isList(list));
  const context = node.ctx === undefined ? '' : ` ${JSON.stringify(node.ctx)}`;
  const kind = `${message} ${node.type ?? ''} ${node.code ?? ''}`;
  return {
    steps,
    message: `${message}${context}`,
    choices: choices ?? [],
    isMissing: MISSING.test(kind),
  };
}

/** Formats by what messages call them. @type {[pattern: RegExp, value: Json][]} */
const FORMATS = [
  [/e-?mail/i, 'k6@example.com'],
  [/\buuid\b/i, '6f1f6d2e-3c0a-4b7e-9a58-0d3c4a1b2c5d'],
  [/\b(url|uri)\b/i, 'https://example.com/'],
  [/date-?time|timestamp|iso ?8601|YYYY-MM-DDT/i, '2030-01-01T00:00:00Z'],
  [/\bdate\b/i, '2030-01-01'],
  [/\bbool/i, true],
  [/\b(integer|int|number|numeric|decimal|float)\b/i, 1],
  [/\b(array|list)\b/i, []],
  [/\b(object|dictionary|dict|mapping)\b/i, {}],
  [/alphanumeric|lower ?case|only contain|invalid characters/i, 'k6abc'],
];

/** Bounds as messages put them: the pattern, what to add, and whether it is the lower one. */
const BOUNDS = /** @type {[pattern: RegExp, add: number, isLow: boolean][]} */ ([
  [
    /(?:at least|(?:greater|longer|more) than or equal to|not be (?:less|shorter) than|no less than|minimum(?: length| value)?(?: is| of)?|>=|between|'?min'?(?: tag)?) *'?(-?\d+)/i,
    0,
    true,
  ],
  [
    /(?:at most|(?:less|shorter|fewer) than or equal to|not be (?:greater|longer|more) than|no (?:more|longer|greater) than|maximum(?: length| value)?(?: is| of)?|<=|exceed|longer than) *'?(-?\d+)/i,
    0,
    false,
  ],
  [/(\d+) \w+ or more/i, 0, true],
  [/(\d+) \w+ or (?:less|fewer)/i, 0, false],
  [/(?:greater|more|longer) than *(-?\d+)/i, 1, true],
  [/(?:less|fewer|shorter) than *(-?\d+)/i, -1, false],
]);

/** Lists of accepted values in a text. */
const LISTS = [
  /(?:one of|values?|choices?|options?|enum\w*(?: class)?|allowed|accepted|expected|should be|must be)[^[\]'"]*\[ *["']?([\w .:/-]+?)["']?(?:,|\||\])/i,
  /(?:one of|should be|must be|allowed|choices?|expected|accepted|values?)[^'"]*['"]([\w .:/-]+)['"]/i,
  /one of(?: the following)?(?: values)?:? +([\w.-]+)(?:,| or\b|$)/i,
];

const LONGEST = 200;

/**
 * Finds a value that a complaint asks for.
 *
 * @param {Complaint} complaint
 * @param {string} kind JSON type of the field; empty: unknown
 * @returns {{ value: Json, isMissing: boolean } | undefined} undefined: it does not say
 * @example wishOf({ steps: ['kind'], message: 'must be one of: a, b', choices: [], isMissing: false }, 'string').value // 'a'
 */
export function wishOf({ message, choices, isMissing }, kind) {
  if (TAKEN.test(message)) {
    return undefined;
  }
  const listed = choices[0] ?? LISTS.map((pattern) => pattern.exec(message)?.[1]).find(Boolean);
  if (listed !== undefined) {
    const isNumber = kind === 'number' && !Number.isNaN(Number(listed));
    return { value: isNumber ? Number(listed) : listed, isMissing: false };
  }
  const bounded = withinBounds(message, kind);
  if (bounded !== undefined) {
    return { value: bounded, isMissing: false };
  }
  if (isMissing) {
    return { value: 'k6abc', isMissing };
  }
  const [, value] = FORMATS.find(([pattern]) => pattern.test(message)) ?? [];
  return value === undefined ? undefined : { value, isMissing };
}

/**
 * @param {string} message
 * @param {string} kind
 * @returns {Json | undefined}
 */
function withinBounds(message, kind) {
  for (const [pattern, add, isLow] of BOUNDS) {
    const [, digits] = pattern.exec(message) ?? [];
    if (digits === undefined) {
      continue;
    }
    const bound = Number(digits) + add;
    const isLength =
      kind === 'string' || (kind === '' && /char|letter|length|long|short/i.test(message));
    if (!isLength) {
      return kind === 'array' || kind === 'object' ? undefined : bound;
    }
    const length = isLow ? Math.min(bound, LONGEST) : Math.min(bound, 8);
    return 'k6abc'.padEnd(length, 'k').slice(0, Math.max(1, length));
  }
  return undefined;
}
