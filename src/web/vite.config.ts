import { join } from 'node:path'
import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'
import { compressFiles } from './compress-files.ts'
import { noInjectedStyles } from './no-injected-styles.ts'

/** Where `npm run dev:web` finds a running Vireo. */
const server = process.env.VIREO_ADDRESS ?? 'http://127.0.0.1:8088'
const forwarded = { target: server, ws: true, changeOrigin: true }

/** Builds the page into dist/web: hashed names, one piece a page, addresses relative to the base of index.html. */
export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  base: command === 'build' ? './' : '/console/',
  plugins: [preact({ prefreshEnabled: true }), noInjectedStyles(), compressFiles()],
  build: {
    outDir: join(import.meta.dirname, '../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Scripts and styles lie in files: nothing is inline, as the page's policy (CSP) demands.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { port: 5173, proxy: { '/api': forwarded, '/readyz': forwarded, '/openapi.json': forwarded } },
}))
