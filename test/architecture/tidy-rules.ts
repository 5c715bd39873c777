/** A word that may not be written, what to write instead, and where it may stand after all. */
export type TidyRule = {
  readonly name: string
  readonly pattern: RegExp
  readonly instead: string
  /** Paths it does not apply to. */
  readonly except?: RegExp
  /** Whether comments count too; they do not otherwise. */
  readonly inComments?: boolean
  /** A line that must be caught, and a path it must be caught in. */
  readonly caught: readonly [path: string, line: string]
  /** A line that must not be caught, in its path. */
  readonly allowed: readonly [path: string, line: string]
}

/** Code that may ask the operating system for time and chance; everything else is handed them. */
const COMPOSITION = /(\/node\/|^src\/(terminal|cli)(\.ts$|\/)|^main\/|^test\/|\.mjs$)/
const ENTRY_POINTS = /(^src\/cli(\.ts$|\/)|^main\/|^test\/|\.mjs$)/

export const TIDY_RULES: readonly TidyRule[] = [
  {
    name: 'Date.now',
    pattern: /\bDate\.now\b/,
    instead: 'the Clock port',
    except: COMPOSITION,
    caught: ['src/engine/loop.ts', 'const atMs = Date.now()'],
    allowed: ['src/engine/node/clock.ts', 'const atMs = Date.now()'],
  },
  {
    name: 'new Date()',
    pattern: /\bnew Date\(\s*\)/,
    instead: 'the Clock port, or new Date(ms) to take a known time apart',
    except: COMPOSITION,
    caught: ['renderer/cashier/page.ts', 'const now = new Date()'],
    allowed: ['renderer/cashier/page.ts', 'const day = new Date(atMs)'],
  },
  {
    name: 'Math.random',
    pattern: /\bMath\.random\b/,
    instead: 'the Entropy port; in tests a seeded generator',
    caught: ['test/simulation/world.ts', 'const luck = Math.random()'],
    allowed: ['test/simulation/world.ts', '// never Math.random: a failure must replay'],
  },
  {
    name: 'parseFloat',
    pattern: /\bparseFloat\b/,
    instead: 'digits to fen in integers',
    caught: ['renderer/cashier/pad.ts', 'const yuan = parseFloat(typed)'],
    allowed: ['renderer/cashier/pad.ts', 'const fen = Number.parseInt(digits, 10)'],
  },
  {
    name: 'toFixed',
    pattern: /\.toFixed\b/,
    instead: 'formatYuan, or Intl.NumberFormat for what is not money',
    caught: ['src/screen/project.ts', 'return (amountFen / 100).toFixed(2)'],
    allowed: ['src/screen/project.ts', 'return formatYuan(amountFen)'],
  },
  {
    name: 'as any',
    pattern: /\bas any\b/,
    instead: 'a type, or unknown and a check',
    caught: ['test/unit/base/queue.test.ts', 'push(item as any)'],
    allowed: ['test/unit/base/queue.test.ts', '// as any queue, it refuses what does not fit'],
  },
  {
    name: 'ipcMain',
    pattern: /\bipcMain\b/,
    instead: 'main/electron/ipc.ts, which checks the sender',
    except: /^(main\/electron\/ipc|test\/contract\/electron-process\.test)\.ts$/,
    caught: ['main/electron/main.ts', "ipcMain.on('any', run)"],
    allowed: ['main/electron/ipc.ts', "ipcMain.on('any', run)"],
  },
  {
    name: 'ipcRenderer',
    pattern: /\bipcRenderer\b/,
    instead: 'the one MessagePort that main/electron/preload.ts hands over',
    except: /^(main\/electron\/preload|test\/e2e\/electron\.test)\.ts$/,
    caught: ['renderer/connection/port.ts', "ipcRenderer.send('any')"],
    allowed: ['main/electron/preload.ts', "ipcRenderer.send('any')"],
  },
  {
    name: 'console',
    pattern: /\bconsole\.\w+\(/,
    instead: 'the Log port',
    except: ENTRY_POINTS,
    caught: ['src/gateway/node/client.ts', 'console.log(answer)'],
    allowed: ['src/cli.ts', 'console.log(answer)'],
  },
  {
    name: 'a test that runs alone',
    pattern: /\b(it|test|describe|suite)(\.\w+)*\.only\b/,
    instead: 'npm test -- FILTER',
    caught: ['test/unit/base/queue.test.ts', "it.only('one', () => {})"],
    allowed: ['test/unit/base/queue.test.ts', 'expect(only.only(1)).toBe(1)'],
  },
  {
    name: 'a test that never runs',
    pattern: /\b(it|test|describe|suite)(\.\w+)*\.(skip|todo|skipIf|runIf)\b/,
    instead: "ctx.skip('the reason') inside the test",
    caught: ['test/unit/base/queue.test.ts', "it.skipIf(onWindows)('one', () => {})"],
    allowed: ['test/unit/base/queue.test.ts', "ctx.skip('no Electron runtime here')"],
  },
  {
    name: 'work left undone',
    pattern: /\b(FIXME|TODO|XXX|HACK)\b/,
    instead: 'doing it, or saying in the documents that it is missing',
    inComments: true,
    caught: ['src/engine/loop.ts', '// TODO later'],
    allowed: ['src/engine/loop.ts', '// to do this twice is harmless'],
  },
  {
    name: 'a barrel',
    pattern: /\bexport \*/,
    instead: 'importing from the file that has it',
    caught: ['src/domain/all.ts', "export * from './money.ts'"],
    allowed: ['src/domain/all.ts', 'export function all() {}'],
  },
  {
    name: 'a silenced check',
    pattern: /@ts-(ignore|nocheck)|eslint-disable/,
    instead: 'the right type, or @ts-expect-error with the reason',
    inComments: true,
    caught: ['src/engine/loop.ts', '// @ts-ignore'],
    allowed: ['src/engine/loop.ts', '// @ts-expect-error the driver types forget this option'],
  },
]

const COMMENT_LINE = /^\s*(\/\/|\/\*|\*)/

/** The rules one line breaks. */
export function brokenRules(path: string, line: string): TidyRule[] {
  const isComment = COMMENT_LINE.test(line)
  return TIDY_RULES.filter(
    ({ pattern, except, inComments }) =>
      (inComments === true || !isComment) && !except?.test(path) && pattern.test(line),
  )
}

/** Lines a file of the program may have, and a file of tests. */
const FILE_LINES_MAX = 400
const TEST_LINES_MAX = 600

/** Files that may be longer, and why. */
export const LONGER_FILES: Readonly<Record<string, { linesMax: number; why: string }>> = {
  'src/domain/errors.ts': {
    linesMax: 900,
    why: 'one table of every refusal and fault, in two languages; it has no logic to split',
  },
}

/** How long a file may be. */
export function linesMax(path: string): number {
  const ordinary = path.startsWith('test/') ? TEST_LINES_MAX : FILE_LINES_MAX
  return LONGER_FILES[path]?.linesMax ?? ordinary
}
