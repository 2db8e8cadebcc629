import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { listSegments } from '../../../src/record/list-segments.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dir: string
beforeEach(() => {
  dir = tempDir('segments')
})

it('reads camera and time from the names, and passes over everything else', async () => {
  const files = [
    'yard/2026-05-01/080000000-1.mp4',
    'gate/2026-05-02/000000250-3.mp4',
    'gate/2026-05-01/235900000-12.mp4',
    'gate/2026-05-01/235930000-12.mp4.part',
    'gate/2026-05-01/notes.mp4',
    'gate/2026-13-01/080000000-1.mp4',
  ]
  for (const name of files) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), '')
  }
  expect(await listSegments(dir)).toEqual(
    [
      ['gate', files[2]!, Date.UTC(2026, 4, 1, 23, 59)] as const,
      ['gate', files[1]!, Date.UTC(2026, 4, 2, 0, 0, 0, 250)] as const,
      ['yard', files[0]!, Date.UTC(2026, 4, 1, 8)] as const,
    ].map(([cameraId, name, startedMs]) => ({ cameraId, name, path: join(dir, name), startedMs })),
  )
  expect(await listSegments(join(dir, 'nowhere'))).toEqual([])
})
