import type { Plugin } from 'vite'

/** jsmpeg brings the looks of a player that is not used, as a style that the page's policy (CSP) would refuse. */
export function noInjectedStyles(): Plugin {
  return {
    name: 'no-injected-styles',
    transform(code, id) {
      if (!id.includes('jsmpeg-player')) return null
      return { code: code.replace('styleInject(css_248z);', ''), map: null }
    },
  }
}
