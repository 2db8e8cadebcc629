import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const web = join(import.meta.dirname, '../../../../src/web')
const bare = (css: string) => css.replace(/\/\*[\s\S]*?\*\//g, '')
type Declared = ReadonlyMap<string, string>
interface Rule {
  readonly selector: string
  readonly weight: number
  readonly declared: Declared
}

const declarations = (body: string): Declared =>
  new Map(
    body
      .split(';')
      .map((each) => each.split(/:(.*)/s).map((part) => part.trim()))
      .filter(([name, value]) => name && value)
      .map(([name, value]) => [name!, value!]),
  )

function rulesOf(css: string): Rule[] {
  return [...bare(css).matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selectors, body]) =>
    selectors!.split(/,(?![^(]*\))/).map((selector) => ({
      selector: selector.trim(),
      weight: (selector.match(/[.:[](?!not\()/g) ?? []).length,
      declared: declarations(body!),
    })),
  )
}

const rules = ['style/pieces.css', ...globSync('*/*.css', { cwd: web })]
  .filter((path, at, all) => !path.endsWith('tokens.css') && all.indexOf(path) === at)
  .flatMap((path) => rulesOf(readFileSync(join(web, path), 'utf8')))
const tokens = rulesOf(readFileSync(join(web, 'style/tokens.css'), 'utf8'))
const themes = {
  light: new Map(tokens.filter(({ selector }) => selector === ':root').flatMap((rule) => [...rule.declared])),
  dark: tokens.find(({ selector }) => selector.includes('="dark"'))!.declared,
  system: tokens.find(({ selector }) => selector === ':root:not([data-theme])')!.declared,
}

/** Whether a rule of one compound speaks of a button with these words: classes, states, attributes. */
function speaksOf(selector: string, has: ReadonlySet<string>): boolean {
  if (!/^\.button[^\s>]*$/.test(selector)) return false
  const nots = [...selector.matchAll(/:not\(([^)]*)\)/g)].flatMap(([, inside]) => inside!.split(/,\s*/))
  const parts = selector.replace(/:not\([^)]*\)/g, '').match(/\.[\w-]+|:[\w-]+|\[[^\]]*\]/g) ?? []
  return parts.every((part) => has.has(part)) && !nots.some((part) => has.has(part))
}

/** What a button has in the end, in one theme. */
function looks(has: ReadonlySet<string>, theme: Declared) {
  const own = new Map<string, string>()
  const fits = rules.filter(({ selector }) => speaksOf(selector, has))
  for (const { declared } of fits.toSorted((one, other) => one.weight - other.weight))
    for (const [name, value] of declared) own.set(name, value)
  const resolve = (value: string): string => {
    const [, name] = /^var\((--[\w-]+)\)$/.exec(value) ?? []
    return name === undefined ? value : resolve(own.get(name) ?? theme.get(name) ?? `no ${name}`)
  }
  const ground = resolve(own.get('background')!)
  return { ink: resolve(own.get('color')!), ground: ground === 'none' ? theme.get('--surface')! : ground }
}

function light(colour: string): number {
  const parts = /^#(..)(..)(..)$/.exec(colour)
  if (!parts) throw new Error(`not a plain colour: ${colour}`)
  const [red, green, blue] = parts.slice(1).map((hex) => {
    const share = Number.parseInt(hex, 16) / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(one: string, other: string): number {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b)
  return (bright! + 0.05) / (dark! + 0.05)
}

describe('the text of a button', () => {
  const kinds = ['.is-plain', '.is-primary', '.is-danger', '.is-quiet']
  const states = [[], [':hover'], ['[aria-pressed="true"]'], ['[aria-pressed="true"]', ':hover']]
  const cases = kinds.flatMap((kind) =>
    states.flatMap((state) =>
      (Object.keys(themes) as (keyof typeof themes)[]).map((theme) => ({ kind, state, theme })),
    ),
  )
  it.each(cases)('is read on its ground: $kind $state in $theme', ({ kind, state, theme }) => {
    const { ink, ground } = looks(new Set(['.button', kind, ...state]), themes[theme])
    expect(contrast(ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })

  it('stays as it is where it cannot be pressed', () => {
    for (const off of [':disabled', '[aria-disabled="true"]'])
      for (const kind of kinds) {
        const has = ['.button', kind, off]
        expect(looks(new Set([...has, ':hover']), themes.light)).toEqual(looks(new Set(has), themes.light))
      }
  })
})
