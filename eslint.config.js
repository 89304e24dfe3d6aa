const reactHooks = require('eslint-plugin-react-hooks');
const { configs } = require('typescript-eslint');

const tests = ['**/*.test.ts', '**/*.test.tsx', '**/*.soak.ts', '**/testing/**'];

/** What of the house style a linter can hold. Types are read, because a promise nobody waits for is the one bug this code base must not have. */
module.exports = [
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '.cache/**',
      'data/**',
      'coverage/**',
      'test-results/**',
      '**/public/**',
    ],
  },
  ...configs.recommended.map(config => ({ ...config, files: ['**/*.ts', '**/*.tsx', '**/*.mts'] })),
  {
    files: [
      'packages/*/src/**/*.{ts,tsx}',
      'plugins/*/{src,migrations}/**/*.{ts,tsx}',
      'tools/**/*.ts',
      'bench/**/*.ts',
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false, arguments: false, properties: false, inheritedMethods: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      // `{}` and empty functions stand for "nothing" in this code base, by intention.
      '@typescript-eslint/no-empty-object-type': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'TSEnumDeclaration',
          message: 'Use a constant object and the union of its values; enums are not just types.',
        },
        { selector: 'ExportAllDeclaration', message: 'Name what you export: `export *` hides what a module offers.' },
        { selector: 'TSAsExpression > TSAnyKeyword', message: 'Say what it is, or `unknown`.' },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
    },
  },
  {
    files: ['packages/{app,ui,plugin-kit}/src/**/*.{ts,tsx}', 'plugins/*/src/ui/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['packages/backend/src/**/*.ts', 'plugins/*-backend/src/**/*.ts'],
    ignores: tests,
    rules: { 'no-console': 'error' },
  },
  {
    files: ['**/*.cjs', 'eslint.config.js'],
    languageOptions: { sourceType: 'commonjs' },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
];
