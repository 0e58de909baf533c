// ESLint rules for the template tree and for generated projects.
//
// CommonJS, because the packages may live in the cache folder of tools/toolchain.py: `require` finds
// them through NODE_PATH, `import` would not.

const js = require('@eslint/js');

/** What k6 adds to JavaScript. */
const K6_GLOBALS = Object.fromEntries(
  [
    '__ENV',
    '__ITER',
    '__VU',
    'clearTimeout',
    'console',
    'crypto',
    'open',
    'require',
    'setTimeout',
  ].map((name) => [name, 'readonly']),
);

module.exports = [
  { ignores: ['**/node_modules/', '**/results/'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: { ecmaVersion: 2023, sourceType: 'module', globals: K6_GLOBALS },
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    rules: {
      'array-callback-return': 'error',
      'block-scoped-var': 'error',
      complexity: ['error', 16],
      'consistent-return': 'error',
      curly: 'error',
      'default-case-last': 'error',
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-else-return': 'error',
      'no-eval': 'error',
      'no-implicit-coercion': 'error',
      'no-implied-eval': 'error',
      'no-lonely-if': 'error',
      'no-new-func': 'error',
      'no-param-reassign': 'error',
      'no-return-assign': 'error',
      'no-self-compare': 'error',
      'no-shadow': 'error',
      'no-template-curly-in-string': 'error',
      'no-throw-literal': 'error',
      'no-unneeded-ternary': 'error',
      'no-unused-expressions': 'error',
      'no-use-before-define': ['error', { functions: false, variables: false }],
      'no-useless-return': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'one-var': ['error', 'never'],
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/tests/load/**/*.js'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='k6'] > ImportSpecifier",
          message: "k6 wraps a named import anew at each use: import k6 from 'k6', k6.check(...)",
        },
      ],
    },
  },
  {
    // Each file is one function that k6 runs, a list of expectations.
    files: ['tests/suite/**/*.js'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly' },
    },
  },
];
