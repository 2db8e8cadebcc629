import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clipEndings } from '../../../../src/core/recorded-clip.ts'
import { createClipFolder } from '../../../../src/record/clip/clip-folder.ts'
import { createSideFiles } from '../../../../src/record/clip/side-files.ts'
import { makeFolders } from '../../../../src/store/make-folders.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createRecorder } from '../../infer/sample-clip.ts'

const clipIn = (dir: string) => {
  const folder = join(dir, 'gate', '2026-05-01')
  makeFolders(folder)
  return { cameraId: 'gate', path: join(folder, 'a1.mp4') }
}

describe('what is written beside a clip', () => {
  it.each(Object.values(clipEndings))('%s goes with it, and counts as part of it', async (ending) => {
    const dir = tempDir('side-files')
    const clip = clipIn(dir)
    const { telemetry } = createRecorder()
    const files = createSideFiles({ ending, trouble: 'it is not kept', log: telemetry.log })
    files.write(clip, 'beside')
    await files.close()
    const path = clip.path.replace('.mp4', ending)
    expect(readFileSync(path, 'utf8')).toBe('beside')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    writeFileSync(clip.path, 'video')
    const [found] = await createClipFolder(dir, () => 0).list()
    expect(found!.paths.map((each) => basename(each))).toEqual([`a1${ending}`, 'a1.mp4'].sort())
    expect(found!.bytes).toBe(5 + 6)
  })

  it('is told when it cannot be written, and nothing else happens', async () => {
    const { telemetry, lines } = createRecorder()
    const files = createSideFiles({
      ending: clipEndings.scores,
      trouble: 'the scores of a clip are not kept',
      log: telemetry.log,
    })
    files.write({ cameraId: 'gate', path: '/nowhere/at/all/a1.mp4' }, 'beside')
    await files.close()
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn the scores of a clip are not kept',
    ])
    expect(existsSync('/nowhere')).toBe(false)
  })
})
