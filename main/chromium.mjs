// Finds the browser that shows the screens where Electron is not there, and that drives the tests.
// Plain JavaScript for Node 20 and later: it runs before any package is installed.
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
]

/** Where Windows keeps the browsers that are not on PATH; beneath each program folder. */
const WINDOWS_PLACES = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
]

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function candidates(env, platform) {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  if (platform !== 'win32') return onPath
  const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean)
  return WINDOWS_PLACES.flatMap((place) => roots.map((root) => join(root, ...place)))
}

/**
 * The path of a Chromium-family browser, or undefined when there is none.
 * `GUITAI_CHROMIUM` wins; a wrong value there is an error, not a reason to take another browser.
 */
export function findChromium(env = process.env, platform = process.platform) {
  const chosen = env.GUITAI_CHROMIUM
  if (chosen !== undefined && chosen !== '') {
    if (isAbsolute(chosen) && isExecutable(chosen)) return chosen
    throw new Error(`GUITAI_CHROMIUM is ${chosen}, which is not the full path of a program`)
  }
  return candidates(env, platform).find(isExecutable)
}
