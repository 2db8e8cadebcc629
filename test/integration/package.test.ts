import { execFileSync, spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import { emitSchema } from '../../src/config/schema/emit-schema.ts'
import { tempDir } from '../support/temp-dir.ts'

const root = join(import.meta.dirname, '../..')
/** Where a user's project would be; the package lies in its node_modules, where Node strips no types. */
let project: string
let installed: string
let files: string[]
const schema = JSON.parse(emitSchema())

/** As `npm publish` would make it: what is packed is what is unpacked here. */
beforeAll(() => {
  project = tempDir('package')
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  files = packed.files.map(({ path }: { path: string }) => path)
  installed = join(project, 'node_modules/vireo')
  mkdirSync(join(project, 'node_modules'))
  execFileSync('tar', ['-xzf', packed.filename], { cwd: project })
  renameSync(join(project, 'package'), installed)
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'))
})

const vireo = (...args: string[]) =>
  execFileSync(process.execPath, [join(installed, 'bin/vireo.js'), ...args], {
    cwd: project,
    encoding: 'utf8',
  })

describe('the npm package', () => {
  it('holds what it needs', () => {
    for (const wanted of [
      'bin/vireo.js',
      'dist/src/cli/main.js',
      'models/actions/bundle.json',
      'models/actions/model.onnx',
      'config/vireo.yaml',
      'config/labels/coco.txt',
      'config/schema/vireo.schema.json',
      'README.md',
      'LICENSE',
      'dist/web/index.html',
      ...globSync('src/event/schema/*.schema.json', { cwd: root }),
    ])
      expect(files).toContain(wanted)
  })

  it('holds nothing else', () => {
    const known =
      /^((bin|dist\/src|dist\/pipelines|dist\/web|models|config|src\/event\/schema)\/|(README\.md|LICENSE|package\.json)$)/
    expect(files.filter((file) => !known.test(file))).toEqual([])
    expect(files.filter((file) => /\.env|\.sqlite|\.pem$|\.key$|(?<!\.d)\.ts$/.test(file))).toEqual([])
  })

  it('has beside the compiled code every other file that lies beside the sources', () => {
    const assets = globSync('{src,pipelines}/**/*.*', { cwd: root }).filter(
      (file) => !file.endsWith('.ts') && !file.startsWith('src/web/'),
    )
    expect(assets).toContain('pipelines/train/simulated-transformer-card.md')
    expect(files).toEqual(expect.arrayContaining(assets.map((file) => `dist/${file}`)))
  })

  it('has every source compiled', () => {
    const sources = globSync('{src,pipelines}/**/*.ts', { cwd: root }).filter(
      (file) => !file.startsWith('src/web/'),
    )
    const compiled = sources.map((file) => `dist/${file.slice(0, -'.ts'.length)}.js`)
    expect(files).toEqual(expect.arrayContaining(compiled))
  })

  it('exports the schemas under names that do not change', () => {
    const names = globSync('*.schema.json', { cwd: join(root, 'src/event/schema') })
    const script = join(project, 'read.mjs')
    const specifiers = [...names, 'config.schema.json'].map((name) => `vireo/schema/${name}`)
    writeFileSync(
      script,
      specifiers
        .map(
          (one, index) =>
            `import s${index} from '${one}' with { type: 'json' }\nconsole.log(s${index}.title)`,
        )
        .join('\n'),
    )
    const said = execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim().split('\n')
    const titles = names.map(
      (name) => JSON.parse(readFileSync(join(root, 'src/event/schema', name), 'utf8')).title,
    )
    expect(said).toEqual([...titles, schema.title])
    expect(said).toContain('Vireo alert')
  })
})

describe('the compiled CLI', () => {
  it('shows the schema of the configuration that it was built from', () => {
    expect(JSON.parse(vireo('config', 'schema'))).toEqual(schema)
  })

  it('runs the model that it comes with, in a worker thread', async () => {
    const config = join(project, 'vireo.yaml')
    const model = join(installed, 'models/actions')
    writeFileSync(
      config,
      `version: 1\ndataDir: ${join(project, 'data')}\nmodels: [{ name: actions, path: ${model}, allowSimulated: true }]\nhttp: { port: 0, access: open }\n`,
    )
    const child = spawn(process.execPath, [join(installed, 'bin/vireo.js'), 'run', '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    try {
      const said: string[] = []
      for await (const line of createInterface(child.stderr)) {
        said.push(line)
        // What a person is told at the first start is no line of the log.
        if (!line.startsWith('{')) continue
        const { msg, address } = JSON.parse(line)
        if (msg !== 'running') continue
        const { models } = (await (await fetch(`${address}/readyz`)).json()) as { models: unknown }
        expect(models).toMatchObject([{ name: 'actions', ready: true }])
        return
      }
      expect.fail(`it ended: ${said.join('\n')}`)
    } finally {
      child.kill('SIGKILL')
    }
  })
})
