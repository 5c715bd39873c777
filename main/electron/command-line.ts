import { parseArgs } from 'node:util'

const COMMAND_SWITCH = '--cli'

/** What the app was started for: the screens, or one command. */
export type AppCall = {
  /** `--config FILE`; undefined: the place for it. */
  readonly config: string | undefined
  readonly windowed: boolean
  /** Everything after `--cli`, for a command; undefined: the screens. */
  readonly command: readonly string[] | undefined
}

/**
 * Reads how the app was started: `--config FILE`, `--windowed`, or `--cli` and a command. Switches of
 * Chromium may stand before.
 *
 * @param args without the program's name
 */
export function readCall(args: readonly string[]): AppCall {
  const at = args.indexOf(COMMAND_SWITCH)
  const own = at < 0 ? args : args.slice(0, at)
  const { values } = parseArgs({
    args: [...own],
    strict: false,
    options: { config: { type: 'string' }, windowed: { type: 'boolean' } },
  })
  return {
    config: typeof values.config === 'string' ? values.config : undefined,
    windowed: values.windowed === true,
    command: at < 0 ? undefined : args.slice(at + 1),
  }
}
