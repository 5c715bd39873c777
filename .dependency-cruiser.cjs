// The layers, as errors. docs/architecture.md says what each folder is; this file says what it may
// import. test/architecture/layers.test.ts plants one violation of every rule and expects its name.

/** Folders that hold one capability each and know nothing of one another. */
const CAPABILITIES = 'devices|face|gateway|keys|journal|api|bills'
/** The composition root: everything in src may be named here. */
const ROOTS = '^src/(terminal|cli)(\\.ts$|/)'
/** Code that may touch the operating system. */
const NODE_FOLDER = '^src/[^/]+/.*\\bnode/'
const OURS = '^(src|main|renderer|native|test)/'
const PACKAGES = '(^|/)node_modules/'
const CONFIGURATION = '\\.config\\.ts$'

/** A folder of pure code: it may import the folders named and nothing else, not even a package. */
function pure(folder, allowed, typesOf = []) {
  const may = [folder, ...allowed, ...typesOf].join('|')
  const types = typesOf.map((name) => `types of ${name}`)
  const whole = {
    name: `${folder}-imports`,
    comment: `src/${folder} imports only ${[...allowed, ...types, 'itself'].join(', ')}`,
    from: { path: `^src/${folder}/` },
    to: { pathNot: `^src/(${may})/` },
  }
  if (typesOf.length === 0) return [whole]
  return [
    whole,
    {
      name: `${folder}-takes-only-types`,
      comment: `src/${folder} needs ${types.join(' and ')}, and never calls them`,
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(${typesOf.join('|')})/`, dependencyTypesNot: ['type-only'] },
    },
  ]
}

function forbid(name, comment, { from, to }) {
  return { name, comment, from, to }
}

const LAYERS = [
  ...pure('base', []),
  ...pure('domain', ['base']),
  ...pure('scene', ['base', 'domain']),
  ...pure('checkout', ['base', 'domain', 'scene'], ['ports']),
  ...pure('screen', ['base', 'domain'], ['checkout', 'ports']),
  ...pure('ports', ['base', 'domain'], ['screen']),
  ...pure('engine', ['base', 'domain', 'scene', 'checkout', 'screen', 'ports']),
  forbid('capability-imports', 'a capability imports only base, domain, ports, itself', {
    from: { path: `^src/(${CAPABILITIES})/` },
    to: {
      path: OURS,
      pathNot: [`^src/(base|domain|ports|${CAPABILITIES})/`, '^src/screen/model\\.ts$'],
    },
  }),
  forbid('capabilities-are-strangers', 'no capability knows another', {
    from: { path: `^src/(${CAPABILITIES})/` },
    to: { path: `^src/(${CAPABILITIES})/`, pathNot: '^src/$1/' },
  }),
  forbid('only-api-shows-screens', 'the screen model is part of the protocol and of nothing else', {
    from: { path: `^src/(${CAPABILITIES})/`, pathNot: '^src/api/' },
    to: { path: '^src/screen/' },
  }),
  forbid('api-takes-only-types-of-screen', 'the API carries screen models, it makes none', {
    from: { path: '^src/api/' },
    to: { path: '^src/screen/', dependencyTypesNot: ['type-only'] },
  }),
]

const BORDERS = [
  forbid('node-folder-of-another', 'a node folder is private to its capability', {
    from: { path: '^src/([^/]+)/.*\\bnode/' },
    to: { path: NODE_FOLDER, pathNot: '^src/$1/' },
  }),
  forbid('node-folder-from-pure-code', 'only composition reaches into a node folder', {
    from: { pathNot: [NODE_FOLDER, ROOTS, '^main/', '^test/'] },
    to: { path: NODE_FOLDER },
  }),
  forbid('os-only-under-node', 'modules of Node belong in node folders', {
    from: { path: '^src/', pathNot: [NODE_FOLDER, ROOTS, '^src/sandbox/'] },
    to: { dependencyTypes: ['core'] },
  }),
  forbid('packages-only-under-node', 'packages belong in node folders; zod describes wires', {
    from: { path: '^src/', pathNot: [NODE_FOLDER, ROOTS, '^src/sandbox/'] },
    to: { path: PACKAGES, pathNot: `${PACKAGES}zod/` },
  }),
  forbid('zod-only-at-wires', 'schemas stand where bytes come in', {
    from: {
      path: '^src/',
      pathNot: [NODE_FOLDER, ROOTS, '^src/(sandbox|api|gateway|journal)/'],
    },
    to: { path: `${PACKAGES}zod/` },
  }),
  forbid('src-needs-shipped-packages', 'what src imports must be installed with it', {
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
  }),
  forbid('sandbox-imports', 'a mistake in the client cannot agree with itself', {
    from: { path: '^src/sandbox/' },
    to: { path: OURS, pathNot: '^src/sandbox/' },
  }),
  forbid('sandbox-stays-out', 'no part of the terminal can reach the sandbox; a command may', {
    from: { path: '^(src|main|renderer)/', pathNot: ['^src/sandbox/', '^src/cli(\\.ts$|/)'] },
    to: { path: '^src/sandbox/' },
  }),
  forbid('src-imports-no-shell', 'shells know the terminal, never the other way round', {
    from: { path: '^src/' },
    to: { path: '^(main|renderer)/' },
  }),
  forbid('tests-are-not-imported', 'nothing that ships depends on a test', {
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  }),
]

const SHELLS = [
  forbid('main-imports', 'a shell starts the terminal and carries the protocol, nothing else', {
    from: { path: '^main/' },
    to: {
      path: OURS,
      pathNot: [
        '^main/',
        '^src/(terminal|cli/run-command|api/protocol|api/node/message-port)\\.ts$',
      ],
    },
  }),
  forbid('electron-only-in-its-shell', 'Electron is named under main/electron only', {
    from: { pathNot: '^main/electron/' },
    to: { path: [`${PACKAGES}electron/`, '^electron(/|$)'] },
  }),
  forbid('renderer-imports', 'a screen knows the screen model and the protocol, nothing else', {
    from: { path: '^renderer/' },
    to: { path: OURS, pathNot: ['^renderer/', '^src/screen/', '^src/api/protocol\\.ts$'] },
  }),
  forbid('renderer-takes-only-types', 'no rule and no schema runs in a screen', {
    from: { path: '^renderer/' },
    to: { path: '^src/', dependencyTypesNot: ['type-only'] },
  }),
  forbid('renderer-has-no-os', 'a screen has no module of Node', {
    from: { path: '^renderer/', pathNot: CONFIGURATION },
    to: { dependencyTypes: ['core'] },
  }),
]

const EVERYWHERE = [
  forbid('no-cycles', 'two files that need one another are one file, or miss a third', {
    from: {},
    to: { circular: true },
  }),
  forbid('no-unresolvable', 'every import leads somewhere', {
    from: {},
    to: { couldNotResolve: true },
  }),
]

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...LAYERS, ...BORDERS, ...SHELLS, ...EVERYWHERE].map((rule) => ({
    severity: 'error',
    ...rule,
  })),
  options: {
    doNotFollow: { path: PACKAGES },
    exclude: { path: ['\\.css$', '\\.svg$', '^dist/', '^test/architecture/canary/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
    detectProcessBuiltinModuleCalls: true,
  },
}
