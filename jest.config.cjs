/** One Jest project for everything that runs in Node; browser tests drive Chromium from here too. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages', '<rootDir>/plugins', '<rootDir>/tools'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  transform: {
    '^.+\\.(t|j)sx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          target: 'es2023',
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // Packages that are ES modules alone; Jest loads CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(@backstage|@remixicon|jose|oauth4webapi|oidc-provider|openid-client)/)'],
  globalSetup: '<rootDir>/packages/plugin-kit/src/testing/global-setup.ts',
  globalTeardown: '<rootDir>/packages/plugin-kit/src/testing/postgres-global-teardown.ts',
  testTimeout: 30_000,
};
