import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const web = join(import.meta.dirname, '../../../../src/web')
const read = (path: string) => readFileSync(join(web, path), 'utf8')
const folderOf = (path: string) => path.split('/')[0]!

/** What is for all: styles of the page as a whole, and parts that several features draw. */
const sharedFolders = ['style', 'player', 'pieces', 'app']
/** A state, such as `is-open`: it means something beside another class alone. */
const isState = (name: string) => name.startsWith('is-') || name.startsWith('has-')

const classesOf = (selector: string) =>
  [...selector.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name]) => name!).filter((name) => !isState(name))
const selectors = globSync('*/*.css', { cwd: web }).flatMap((path) => {
  const css = read(path).replace(/\/\*[\s\S]*?\*\//g, '')
  return [...css.matchAll(/([^{}]+)\{[^{}]*\}/g)].flatMap(([, list]) =>
    list!.split(/,(?![^(]*\))/).map((selector) => ({ folder: folderOf(path), selector: selector.trim() })),
  )
})
const drawn = globSync('**/*.tsx', { cwd: web }).flatMap((path) =>
  [...read(path).matchAll(/class(?:Name)?="([^"]+)"/g)]
    .flatMap(([, names]) => names!.split(' '))
    .map((name) => ({ path, folder: folderOf(path), name })),
)
const styled = selectors.flatMap(({ folder, selector }) =>
  classesOf(selector).map((name) => ({ folder, name })),
)
const shared = new Set(
  [...styled, ...drawn].filter(({ folder }) => sharedFolders.includes(folder)).map(({ name }) => name),
)
const owners = new Map<string, Set<string>>()
for (const { folder, name } of styled)
  if (!shared.has(name)) owners.set(name, (owners.get(name) ?? new Set()).add(folder))

// The styles of a page stay when another page is opened.
describe('how a page looks', () => {
  it('is said by classes of its own feature or by shared ones', () => {
    const loose = selectors.filter(
      ({ folder, selector }) =>
        !sharedFolders.includes(folder) && !classesOf(selector).some((name) => owners.has(name)),
    )
    expect(loose).toEqual([])
    expect([...owners].filter(([, folders]) => folders.size > 1)).toEqual([])
  })

  it('does not hang on which page was open before', () => {
    const foreign = drawn.filter(({ folder, name }) => owners.has(name) && !owners.get(name)!.has(folder))
    expect(foreign).toEqual([])
  })
})
