import { beforeEach, describe, expect, it } from 'vitest'
import { openRunFolder } from '../../../../src/train/run/run-folder.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let runsDir: string
beforeEach(() => {
  runsDir = tempDir('runs')
})

const clock = { nowMs: () => 0, monoMs: () => 0, after: () => () => {} }
const open = (identity: string) => openRunFolder({ runsDir, model: 'actions', identity, clock })

describe('run folder', () => {
  it('gives runs that begin in the same second a folder each', async () => {
    const first = await open('a')
    await first.finish()
    const ids = [first.id, (await open('b')).id, (await open('c')).id]
    expect(new Set(ids).size).toBe(3)
    expect(ids[0]).toBe('19700101-000000-actions')
  })

  it('goes on with the unfinished run of the same identity, and does no step twice', async () => {
    const first = await open('a')
    await open('b')
    await first.step('pretrain', async () => ({ loss: 1 }))
    const again = await open('a')
    expect(again).toMatchObject({ id: first.id, resumed: true })
    const done = again.step('pretrain', () => Promise.reject(new Error('done already')))
    expect(await done).toEqual({ loss: 1 })
    await again.finish()
    expect((await open('a')).resumed).toBe(false)
  })
})
