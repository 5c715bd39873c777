import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const page = (name: string): string => resolve(import.meta.dirname, name)

/** Builds the screens into dist/renderer with relative addresses, for any path and any scheme. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: page('../dist/renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    cssTarget: 'chrome130',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        cashier: page('cashier.html'),
        customer: page('customer.html'),
        admin: page('admin.html'),
      },
    },
  },
  plugins: [
    {
      // The pages load nothing from elsewhere, and an app: scheme need not answer CORS.
      name: 'guitai-no-crossorigin',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replaceAll(' crossorigin', ''),
      },
    },
  ],
})
