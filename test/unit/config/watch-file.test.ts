import { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { fileState, watchFile } from '../../../src/config/watch-file.ts'
import { tempDir } from '../../support/temp-dir.ts'

let folder: string
beforeEach(() => {
  folder = tempDir('watch')
})

/** A watch whose clock goes on by hand. */
function watched(file: string, look = async () => fileState(file)) {
  const waiting: (() => void)[] = []
  let changes = 0
  const clock = {
    nowMs: () => 0,
    monoMs: () => 0,
    after: (_ms: number, fn: () => void) => {
      waiting.push(fn)
      return () => void waiting.splice(waiting.indexOf(fn), 1)
    },
  }
  const stop = watchFile({ file, from: fileState(file), clock, look }, () => {
    changes += 1
  })
  return {
    stop,
    waiting,
    async changesAfter(looks: number) {
      for (let at = 0; at < looks; at += 1) {
        waiting.shift()?.()
        await new Promise((resolve) => setImmediate(resolve))
      }
      return changes
    },
  }
}

describe('a configuration is followed', () => {
  const changes: [string, (file: string) => void][] = [
    ['written in place', (file) => writeFileSync(file, 'new text')],
    [
      'replaced by an editor',
      (file) => {
        writeFileSync(`${file}~`, 'old')
        renameSync(`${file}~`, file)
      },
    ],
    ['removed', (file) => unlinkSync(file)],
  ]
  it.each(changes)('%s', async (_name, change) => {
    const file = join(folder, 'v.yaml')
    writeFileSync(file, 'old')
    const { changesAfter, stop } = watched(file)
    expect(await changesAfter(3)).toBe(0)
    change(file)
    expect(await changesAfter(3)).toBe(1)
    expect(await changesAfter(3)).toBe(1)
    stop()
  })

  it('behind links, when the file or the folder behind them is another', async () => {
    for (const name of ['..1', '..2', 'repository']) mkdirSync(join(folder, name))
    for (const name of ['..1', '..2']) writeFileSync(join(folder, name, 'v.yaml'), 'same')
    symlinkSync('..1', join(folder, '..data'))
    symlinkSync('..data/v.yaml', join(folder, 'v.yaml'))
    const { changesAfter, stop } = watched(join(folder, 'v.yaml'))
    symlinkSync('..2', join(folder, '..next'))
    renameSync(join(folder, '..next'), join(folder, '..data'))
    expect(await changesAfter(3)).toBe(1)
    writeFileSync(join(folder, '..2', 'v.yaml'), 'written behind the link')
    expect(await changesAfter(3)).toBe(2)
    stop()
  })

  it('waits until the file is quiet, and looks no more after the stop', async () => {
    const states = ['a', 'b', 'c', 'c', 'c']
    const { changesAfter, stop, waiting } = watched(join(folder, 'none'), async () => states.shift() ?? 'c')
    expect(await changesAfter(3)).toBe(0)
    expect(await changesAfter(1)).toBe(1)
    stop()
    expect(waiting).toEqual([])
  })
})
