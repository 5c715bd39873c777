import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build, defineConfig, type Plugin } from 'vite'

const HERE = import.meta.dirname
const OUT = join(HERE, '..', '..', 'dist', 'electron')
/** Electron and Node bring themselves; packages stay in node_modules, native ones cannot be bundled. */
const external = (id: string) =>
  id === 'electron' ||
  id.startsWith('node:') ||
  builtinModules.includes(id) ||
  !(id.startsWith('.') || id.startsWith('/') || /^[A-Za-z]:[\\/]/.test(id))

/** A sandboxed preload has to be one CommonJS file. */
const preload: Plugin = {
  name: 'guitai-preload',
  async closeBundle() {
    await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        outDir: OUT,
        emptyOutDir: false,
        minify: false,
        lib: {
          entry: join(HERE, 'preload.ts'),
          formats: ['cjs'],
          fileName: () => 'preload.cjs',
        },
        rollupOptions: { external: ['electron'] },
      },
    })
  },
}

export default defineConfig({
  root: HERE,
  logLevel: 'warn',
  plugins: [preload],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    ssr: true,
    rollupOptions: {
      input: {
        main: join(HERE, 'main.ts'),
        'terminal-entry': join(HERE, 'terminal-entry.ts'),
        'cli-entry': join(HERE, 'cli-entry.ts'),
        // A thread is started from a file of its own.
        'gate-worker': join(HERE, '..', '..', 'src', 'face', 'node', 'gate-worker.ts'),
      },
      external,
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'parts/[name].js' },
    },
  },
})
