/**
 * Who may import whom. Layers are folder names; a file that belongs to no layer is an error, so that a new folder is a decision and not an accident.
 *
 *   ui ← plugin-kit ← plugin contract ← plugin UI, plugin backend; packages/app and packages/backend may import plugins; a -backend may import
 *   other plugins' contracts and ports only; nobody imports a -backend but packages/backend. tools/ and bench/ stand outside: they may look at everything,
 *   and nothing that ships looks at them.
 */
const TEST = '(/browser/|\\.(test|soak|fixture)\\.tsx?$|/testing/)';
/** The harnesses that start the whole backend are given to plugins through plugin-kit, against the direction of everything else. */
const HARNESS = '^packages/plugin-kit/src/testing/';

const forbidden = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbidden(
      'no-cycles',
      'Modules form a tree of reasons: what two modules need of each other belongs into a third.',
      { pathNot: HARNESS },
      { circular: true, viaOnly: { pathNot: HARNESS, dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    ),
    forbidden(
      'unclassified-file',
      'Code lives in packages/{app,backend,plugin-kit,ui}, plugins/<noun>[-backend], tools or bench. A new place needs a decision record and a line in this file.',
      {
        pathNot:
          '^(packages/(app|backend|plugin-kit|ui)/|plugins/(access|billing|catalog|fleet|workloads)(-backend)?/|(tools|bench)/)',
      },
      {},
    ),
    forbidden(
      'ui-imports-nothing-of-ours',
      'packages/ui is the design system; it knows no plugin and no contract.',
      { path: '^packages/ui/' },
      { path: '^(packages/(app|backend|plugin-kit)|plugins)/' },
    ),
    forbidden(
      'plugin-kit-imports-ui-only',
      'plugin-kit is what a plugin may use; of ours it may import packages/ui.',
      { path: '^packages/plugin-kit/', pathNot: HARNESS },
      { path: '^(packages/(app|backend)|plugins)/' },
    ),
    forbidden(
      'contract-imports-kit-only',
      'A contract is data that browsers and servers share: it may import plugin-kit’s contract tools, types, and its own files.',
      { path: '^plugins/[^/]+/src/contract/' },
      {
        path: '^(packages/(app|backend|ui)/|packages/plugin-kit/src/(ui|testing)/|plugins/[^/]+/src/ui/|plugins/[^/]+-backend/)',
      },
    ),
    forbidden(
      'contract-index-stays-out-of-the-server',
      'Browsers load a contract; what it takes from plugin-kit/backend must be types. Ports and runtimes are files of their own.',
      { path: '^plugins/[^/]+/src/contract/', pathNot: '/contract/(port|runtime)\\.ts$' },
      { path: '^packages/plugin-kit/src/backend/', dependencyTypesNot: ['type-only'] },
    ),
    forbidden(
      'plugin-ui-imports',
      'A page may import its own contract, other plugins’ contracts, plugin-kit’s contract and ui, and packages/ui; never another plugin’s pages or server code.',
      { path: '^plugins/([^/]+)/src/ui/', pathNot: TEST },
      {
        path: '^(packages/(app|backend)/|packages/plugin-kit/src/(backend|testing)/|plugins/[^/]+-backend/|plugins/[^/]+/src/contract/port\\.ts)',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbidden(
      'plugin-ui-of-another',
      'Pages of different plugins meet in the shell’s navigation, not by import.',
      { path: '^plugins/([^/]+)/src/ui/' },
      { path: '^plugins/([^/]+)/src/ui/', pathNot: '^plugins/$1/src/ui/' },
    ),
    forbidden(
      'backend-imports',
      'A -backend may import plugin-kit and any plugin’s contract and port; no pages, no other -backend, not packages/backend.',
      { path: '^plugins/([^/]+)-backend/', pathNot: TEST },
      { path: '^(packages/(app|backend|ui)/|packages/plugin-kit/src/(ui|testing)/|plugins/[^/]+/src/ui/)' },
    ),
    forbidden(
      'backend-of-another',
      'Plugins meet through ports (typed service refs) and events, never by importing each other’s server code. Tests may, to meet the real one.',
      { path: '^plugins/([^/]+)-backend/', pathNot: TEST },
      { path: '^plugins/([^/]+)-backend/', pathNot: '^plugins/$1-backend/' },
    ),
    forbidden(
      'only-the-backend-imports-backends',
      'Nobody imports a -backend but packages/backend, which lists them.',
      { path: '^(packages/(app|ui|plugin-kit)/|plugins/[^/]+/src/)', pathNot: '^plugins/[^/]+-backend/' },
      { path: '^plugins/[^/]+-backend/' },
    ),
    forbidden(
      'domain-is-pure',
      'domain/ holds rules without I/O: it may import contracts, other domain files and nothing that reads or writes.',
      { path: '^plugins/[^/]+-backend/src/domain/', pathNot: TEST },
      {
        path: '^plugins/[^/]+-backend/src/(store|actions|routes|tasks|runtimes|gateways|plugin)|^node:(fs|net|http|https|child_process|dgram|tls)',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbidden(
      'store-knows-no-action',
      'Three hops: routes → action → domain and store. A store imports neither routes nor actions.',
      { path: '^plugins/[^/]+-backend/src/store/', pathNot: TEST },
      { path: '^plugins/[^/]+-backend/src/(actions|routes|tasks|gateways)', dependencyTypesNot: ['type-only'] },
    ),
    forbidden(
      'actions-know-no-routes',
      'Three hops: routes → action → domain and store. An action does not know who asked.',
      { path: '^plugins/[^/]+-backend/src/actions/', pathNot: TEST },
      { path: '^plugins/[^/]+-backend/src/routes', dependencyTypesNot: ['type-only'] },
    ),
    forbidden(
      'tests-stay-in-tests',
      'Code that ships does not import what only tests have.',
      { path: '^(packages|plugins)/', pathNot: TEST },
      { path: TEST, pathNot: '^node_modules/' },
    ),
    forbidden(
      'workshop-stays-out-of-the-product',
      'tools/ and bench/ are for who works on the portal; nothing of the portal imports them.',
      { path: '^(packages|plugins)/' },
      { path: '^(tools|bench)/' },
    ),
    forbidden('resolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true, pathNot: '\\?|^virtual:' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/|(^|/)\\.[^/]*$' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.cjs', '.json', '.css'],
    },
  },
};
