import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** What a folder of src may import besides itself. Everything that is not named here is a stage. */
const base = ['core', 'config', 'telemetry', 'onnx', 'bundle', 'store']
const allowed: Record<string, readonly string[]> = {
  core: [],
  config: ['core'],
  telemetry: ['core'],
  onnx: ['core'],
  store: ['core'],
  bundle: ['core', 'config', 'onnx', 'store'],
  http: ['core', 'config', 'telemetry'],
  schedule: ['core', 'config', 'telemetry', 'store'],
  // The page runs in browsers: it knows the server by its OpenAPI document alone.
  web: [],
}
/** Joiners: they may import any stage. Routes know nothing of the command line that calls them. */
const joiners = new Set(['pipelines', 'cli'])
const forbiddenNames = /(^|\/)(utils?|helpers?|misc|common)(\/|\.tsx?$)/
/** Written by tools, as long as they are. */
const generated = (file: string) => file.startsWith('src/onnx/proto/') || file === 'src/web/api/api-types.ts'

interface Import {
  readonly file: string
  readonly target: string
  readonly lazy: boolean
}

function sources(): string[] {
  return ['src/**/*.{ts,tsx}', 'pipelines/**/*.ts'].flatMap((pattern) => globSync(pattern, { cwd: root }))
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
  if (from === 'pipelines' && to === 'cli') return false
  if (to === 'web' && from !== 'web') return false
  if (from === to || joiners.has(from)) return true
  return (allowed[from] ?? base).includes(to)
}

const files = sources()
const imports = files.flatMap(importsOf)

/** The rooms of training, each on the shoulders of those before it. */
const trainRooms = [
  ...['autodiff', 'models', 'step', 'imported', 'self', 'engine-tfjs', 'evaluate', 'data', 'export', 'run'],
  ...['anomaly', 'report'],
]

/** Help needs no version; a scheduler that waits needs nothing that trains; a check tells what does not load. */
const lazyOnPurpose = [
  'src/cli/commands/learn.ts → src/cli/learn/run-learning.ts',
  'src/cli/doctor-checks.ts → src/onnx/onnx-runtime.ts',
  'src/cli/main.ts → src/cli/code-version.ts',
]

/** Files of the command line that make numbers of what is no option: figures, answers, versions, ports, dots, status. */
const numbersOfOthers = [
  'src/cli/camera/small-letters.ts',
  'src/cli/doctor-checks.ts',
  'src/cli/init/choose-cameras.ts',
  'src/cli/init/look-at-camera.ts',
  'src/cli/model/compare-lineages.ts',
  'src/cli/model/next-version.ts',
  'src/cli/run/end-in-time.ts',
]

/** Optional fields and parameters whose type says undefined as well, with their lines. */
function undefinedBeside(text: string): string[] {
  return [...text.matchAll(/[\w\]'"]\?:\s/g)].flatMap(({ index, 0: { length } }) => {
    let depth = 0
    let at = index + length
    for (; at < text.length; at++) {
      const rest = text.slice(at, at + 40)
      if (rest.startsWith('=>')) at += 2
      else if ('([{<'.includes(text[at]!)) depth += 1
      else if (depth > 0 && ')]}>'.includes(text[at]!)) depth -= 1
      else if (depth === 0 && (/^[)\]}>,;=]/.test(rest) || /^\n(?!\s*[|&])/.test(rest))) break
    }
    const type = text.slice(index + length, at)
    return /(^|\|)\s*undefined\s*($|\|)/.test(flat(type))
      ? [`line ${text.slice(0, index).split('\n').length}`]
      : []
  })
}

/** A type without what stands in its brackets. */
function flat(type: string): string {
  const inner = type
    .replace('=>', '')
    .replace(/\([^()[\]{}<>]*\)|\[[^()[\]{}<>]*\]|\{[^()[\]{}<>]*\}|<[^()[\]{}<>]*>/g, '')
  return inner === type ? type : flat(inner)
}

/** Groups of files that import each other in a circle (Tarjan 1972). */
function circles(): string[][] {
  const next = new Map(files.map((file) => [file, new Set<string>()]))
  for (const { file, target } of imports) next.get(file)!.add(target)
  const found: string[][] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const visit = (file: string) => {
    order.set(file, order.size)
    lowest.set(file, order.get(file)!)
    open.push(file)
    for (const target of next.get(file) ?? []) {
      if (!order.has(target)) visit(target)
      if (open.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!))
    }
    if (lowest.get(file) !== order.get(file)) return
    const group = open.splice(open.indexOf(file))
    if (group.length > 1) found.push(group.sort())
  }
  for (const file of files) if (!order.has(file)) visit(file)
  return found
}

describe('architecture', () => {
  it('asks SQLite in src/store only', () => {
    const asking = files.filter(
      (file) =>
        !file.startsWith('src/store/') && /\.prepare\(\s*['"`]/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(asking).toEqual([])
  })

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
    ['cli', 'pipelines', true],
    ['pipelines', 'cli', false],
    ['web', 'core', false],
    ['web', 'http', false],
    ['pipelines', 'web', false],
  ])('the rule itself: may %s import %s? %s', (from, to, expected) => {
    expect(mayImport(from, to)).toBe(expected)
  })

  it('names no folder that is not there', () => {
    const there = new Set(files.map(folderOf))
    const named = [...base, ...Object.keys(allowed), ...Object.values(allowed).flat(), ...joiners]
    expect(named.filter((folder) => !there.has(folder))).toEqual([])
    expect(trainRooms.filter((room) => !existsSync(join(root, 'src/train', room)))).toEqual([])
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

  it('opens sessions of ONNX Runtime in one place only', () => {
    const opening = files.filter((file) =>
      readFileSync(join(root, file), 'utf8').includes('InferenceSession.create('),
    )
    expect(opening).toEqual(['src/onnx/create-session.ts'])
  })

  it('believes no JSON from outside: what is parsed is checked, not cast', () => {
    // A copy of what the process itself holds, and the version in the package's own package.json.
    const own = /JSON\.parse\((JSON\.stringify\(|readFileSync\(join\(root, 'package\.json'\))/
    const cast = files.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => /JSON\.parse\(.*\) as /.test(line) && !own.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(cast).toEqual([])
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

  it('has no file over 350 lines, generated code apart', () => {
    const long = files.filter(
      (file) => !generated(file) && readFileSync(join(root, file), 'utf8').split('\n').length > 351,
    )
    expect(long).toEqual([])
  })

  it('has no circles, those of types alone included', () => {
    expect(circles()).toEqual([])
  })

  it('has at most 25 source files in a folder', () => {
    const counts = new Map<string, number>()
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    expect([...counts].filter(([, count]) => count > 25)).toEqual([])
  })

  it('keeps half of the files under 90 lines', () => {
    const lines = files.map((file) => readFileSync(join(root, file), 'utf8').split('\n').length)
    expect(lines.sort((a, b) => a - b)[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(90)
  })

  it('lets no arrow of training run back up among its rooms', () => {
    const room = (path: string) => /^src\/train\/([^/]+)\//.exec(path)?.[1]
    const upwards = imports.filter(({ file, target, lazy }) => {
      const [from, to] = [room(file), room(target)]
      // The second engine is loaded by name, where somebody asks for it.
      if (lazy || from === undefined || to === undefined || from === to) return false
      return trainRooms.indexOf(to) > trainRooms.indexOf(from)
    })
    expect(upwards.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
    const rooms = files.flatMap((file) => room(file) ?? [])
    expect([...new Set(rooms)].sort()).toEqual([...trainRooms].sort())
  })

  it('says in docs/architecture.md what every folder holds, and names none that is not there', () => {
    const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
    const told = [...text.matchAll(/^\| `((?:src|pipelines)[^`]*)` \|/gm)].map(([, folder]) => folder!)
    const there = [...new Set(files.map((file) => dirname(file)))].filter(
      (folder) => folder.split('/').length <= 3,
    )
    expect(there.filter((folder) => !told.includes(folder)).sort()).toEqual([])
    expect(told.filter((folder) => !existsSync(join(root, folder)))).toEqual([])
  })

  it('loads the file of a command, and what it imports, when the command is called and not before', () => {
    const eager = imports.filter(
      ({ file, target, lazy }) =>
        /^src\/cli\/(command-table|create-program|main|commands\/(\w+)\/\2-commands)\.ts$/.test(file) &&
        (target.startsWith('pipelines/') ||
          /^src\/cli\/commands\/(?!(\w+)\/\1-commands\.ts$)/.test(target)) &&
        !lazy,
    )
    expect(eager).toEqual([])
  })

  it('imports lazily in the command line only commands, and what a measured start needs', () => {
    const tables = /^src\/cli\/(command-table|commands\/(\w+)\/\2-commands)\.ts$/
    const lazy = imports.filter(
      (each) => each.lazy && each.file.startsWith('src/cli/') && !tables.test(each.file),
    )
    expect(lazy.map(({ file, target }) => `${file} → ${target}`).sort()).toEqual(lazyOnPurpose)
  })

  it('reads numbers of the command line nowhere but in src/cli/options', () => {
    const readers = files.filter(
      (file) =>
        file.startsWith('src/cli/') &&
        !file.startsWith('src/cli/options/') &&
        /\b(Number\(|Number\b(?!\.)|parseInt\b|parseFloat\b)/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(readers.sort()).toEqual(numbersOfOthers)
  })

  it('writes objects out: no line of fields is spread into one', () => {
    const tests = globSync('{test,examples}/**/*.ts', { cwd: root })
    const spread = [...files, ...tests].filter((file) =>
      /^\s*\.\.\.\{ ?\w/m.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(spread).toEqual([])
  })

  it.each([
    ['  readonly a?: string | undefined', true],
    ['  a?: undefined | string', true],
    ['  a?:\n    | { b: string }\n    | undefined\n', true],
    ['  pause?: (() => Promise<void>) | undefined', true],
    ['({ a, b }: { a: string; b?: Map<string, string> | undefined }) => {}', true],
    ['  a?: string\n  b: string | undefined', false],
    ['  at?: (seconds: number) => Pose\n  b: string | undefined', false],
    ['  list?: (string | undefined)[]', false],
  ])('the rule of optional fields itself: %j breaks it: %s', (text, breaks) => {
    expect(undefinedBeside(text).length > 0).toBe(breaks)
  })

  it('spells an optional field one way: x?: T, without undefined beside it', () => {
    const both = files
      .filter((file) => !generated(file))
      .flatMap((file) =>
        undefinedBeside(readFileSync(join(root, file), 'utf8')).map((at) => `${file}, ${at}`),
      )
    expect(both).toEqual([])
    // A schema's .optional() brings undefined into the type; .exactOptional() does not.
    expect(files.filter((file) => readFileSync(join(root, file), 'utf8').includes('.optional()'))).toEqual([])
  })

  it('makes folders that somebody names with makeFolders: recursive mkdir may never come back', () => {
    const own = /^src\/(record\/(clip\/|footage-folders)|telemetry\/take-profiles|infer\/precision\/)/
    const recursive = files.filter((file) =>
      /mkdir(Sync)?\([^\n]*recursive: true/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(recursive.filter((file) => !own.test(file))).toEqual([])
  })

  it('names in the page every feature by a folder, with its texts in a file of its own', () => {
    const folders = files
      .filter((file) => file.startsWith('src/web/') && file.endsWith('-page.tsx'))
      .map((file) => dirname(file))
    for (const folder of folders) {
      expect(folder.split('/')).toHaveLength(3)
      expect(existsSync(join(root, folder, 'text.ts')), `${folder}/text.ts`).toBe(true)
    }
    // A feature is drawn by its own parts and the shared ones.
    const shared = ['app', 'api', 'text', 'pieces', 'style', 'player']
    const across = imports.filter(({ file, target, lazy }) => {
      const [, , from] = file.split('/')
      const [, web, to, more] = target.split('/')
      if (!file.startsWith('src/web/') || web !== 'web' || lazy || more === undefined) return false
      return from !== to && !shared.includes(to!)
    })
    expect(across.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  })

  it('records no download address in the lock file', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
  })
})
