import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** What a folder of src may import besides itself. Everything that is not named here is a stage. */
const base = ['core', 'rx', 'config', 'telemetry', 'onnx', 'bundle', 'store']
const allowed: Record<string, readonly string[]> = {
  core: [],
  rx: ['core'],
  config: ['core'],
  telemetry: ['core'],
  onnx: ['core'],
  store: ['core'],
  bundle: ['core', 'config', 'onnx'],
  http: ['core', 'config', 'telemetry'],
  cluster: ['core', 'config', 'telemetry'],
  schedule: ['core', 'config', 'telemetry', 'store'],
  web: [],
}
/** Joiners: they may import any stage. The CLI does so only inside a command's action (lazily). */
const joiners = new Set(['pipelines', 'cli'])
const forbiddenNames = /(^|\/)(utils?|helpers?|misc|common)(\/|\.ts$)/

interface Import {
  readonly file: string
  readonly target: string
  readonly lazy: boolean
}

function sources(): string[] {
  return ['src/**/*.ts', 'pipelines/**/*.ts'].flatMap((pattern) => globSync(pattern, { cwd: root }))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: Import[] = []
  const add = (specifier: string, lazy: boolean) =>
    found.push({ file, target: relative(root, join(root, dirname(file), specifier)), lazy })
  for (const m of text.matchAll(/^(?:import|export)\s(?:[^'"]*?\sfrom\s+)?['"](\.[^'"]+)['"]/gms))
    add(m[1]!, false)
  for (const m of text.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g)) add(m[1]!, true)
  return found
}

function folderOf(path: string): string {
  const [top, second] = path.split('/')
  return top === 'src' ? second! : top!
}

function mayImport(from: string, to: string): boolean {
  if (from === to || joiners.has(from)) return true
  return (allowed[from] ?? base).includes(to)
}

const files = sources()
const imports = files.flatMap(importsOf)

describe('architecture', () => {
  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(10)
    expect(imports.length).toBeGreaterThan(10)
  })

  it.each([
    ['core', 'rx', false],
    ['camera', 'core', true],
    ['camera', 'infer', false],
    ['http', 'camera', false],
    ['pipelines', 'camera', true],
  ])('the rule itself: may %s import %s? %s', (from, to, expected) => {
    expect(mayImport(from, to)).toBe(expected)
  })

  it('keeps every import within the rules', () => {
    const broken = imports
      .filter(({ file, target }) => !mayImport(folderOf(file), folderOf(target)))
      .map(({ file, target }) => `${file} imports ${target}`)
    expect(broken).toEqual([])
  })

  it('loads ONNX Runtime in one place only, which forbids it to report to its maker', () => {
    const loading = /^import (?!type )[^;]*?from 'onnxruntime-node'|import\('onnxruntime-node'\)/m
    const loaders = files.filter((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return loading.test(text) || /^export .* from 'onnxruntime-node'/m.test(text)
    })
    expect(loaders).toEqual(['src/onnx/onnx-runtime.ts'])
  })

  it('imports only files that exist', () => {
    const missing = imports
      .filter(({ target }) => !existsSync(join(root, target)))
      .map(({ file, target }) => `${file} imports ${target}`)
    expect(missing).toEqual([])
  })

  it('has no folder or file named utils, helpers, misc or common', () => {
    expect(files.filter((file) => forbiddenNames.test(file))).toEqual([])
  })

  it('has no file over 400 lines, generated code apart', () => {
    const long = files.filter(
      (file) =>
        !file.startsWith('src/onnx/proto/') &&
        readFileSync(join(root, file), 'utf8').split('\n').length > 400,
    )
    expect(long).toEqual([])
  })

  it('records no download address in the lock file', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
  })
})
