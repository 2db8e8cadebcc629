import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createDatasetSources } from '../../../src/review/dataset-sources.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { countingTelemetry } from '../record/sample-fragments.ts'

let folder: string
let dataDir: string
beforeEach(() => {
  folder = tempDir('sources')
  dataDir = join(folder, 'data')
  mkdirSync(join(dataDir, 'datasets/site'), { recursive: true })
})

const versionFile = (version: number) => join(dataDir, `datasets/site/v${version}.json`)
const write = (version: number, entries: readonly { id: string; path: string }[]) =>
  writeFileSync(versionFile(version), JSON.stringify({ entries }))
const open = (dir = dataDir) => {
  const counted = countingTelemetry()
  return { sources: createDatasetSources({ dataDir: dir, telemetry: counted.telemetry }), ...counted }
}

describe('sources of datasets', () => {
  it('are the clips and the files of every version that is there', async () => {
    const { sources } = open()
    const segment = join(dataDir, 'segments/gate/2026-07-01/080000000-1.mp4')
    write(1, [{ id: 'a', path: '/elsewhere/a.mp4' }])
    write(2, [{ id: 'x/0-9', path: segment }])
    await sources.look()
    expect(sources.has({ id: 'a', paths: ['/clips/a.mp4'] })).toBe(true)
    expect(sources.has({ id: '080000000-1', paths: [segment] })).toBe(true)
    expect(sources.has({ id: 'b', paths: ['/clips/b.mp4'] })).toBe(false)
    rmSync(versionFile(1))
    await sources.look()
    expect(sources.has({ id: 'a', paths: [] })).toBe(false)
  })

  it('are known by whatever way the data directory is written', async () => {
    const file = join(dataDir, 'clips/a.mp4')
    mkdirSync(join(dataDir, 'clips'))
    writeFileSync(file, '')
    symlinkSync(dataDir, join(folder, 'link'))
    write(1, [{ id: 'i', path: file }])
    const { sources } = open(join(folder, 'link'))
    await sources.look()
    expect(sources.has({ id: 'a', paths: [join(folder, 'link/clips/a.mp4')] })).toBe(true)
  })

  it('say once what cannot be read, and are none before there are datasets', async () => {
    const { sources, logs } = open()
    writeFileSync(versionFile(3), 'no JSON')
    await sources.look()
    await sources.look()
    expect(logs.map(({ level, fields }) => [level, fields.file])).toEqual([['error', versionFile(3)]])
    const none = open(join(folder, 'none')).sources
    await none.look()
    expect(none.has({ id: 'a', paths: [] })).toBe(false)
  })
})
