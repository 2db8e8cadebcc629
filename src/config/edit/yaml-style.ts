import type { ToStringOptions } from 'yaml'

/** How a file is written: new lines follow it, so that those around them can stay. Long lines stay long. */
export function styleOf(text: string): ToStringOptions {
  const indents = [...text.matchAll(/^( +)[^\s#]/gm)].map(([, spaces]) => spaces!.length)
  const least = Math.min(...indents)
  return {
    lineWidth: 0,
    // A list that is not indented has its fields two further in, whatever else is.
    indent: Number.isFinite(least) ? Math.min(8, Math.max(2, least)) : 2,
    indentSeq: !/^( *)[\w.-]+:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*\1- /m.test(text),
  }
}
