import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPlanFile } from '../../../../src/cli/commands/train/read-plan-file.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const dir = tempDir('plan')
const read = (text: string) => {
  const file = join(dir, 'plan.yaml')
  writeFileSync(file, text)
  return readPlanFile(file)
}

describe('a plan file', () => {
  it('has fields; of an empty one there are none', () => {
    expect(read('preset: nano\npretrain: { steps: 5 }\n')).toEqual({
      preset: 'nano',
      pretrain: { steps: 5 },
    })
    expect(read('')).toEqual({})
  })

  it.each([
    ['a list', '[1, 2]', /plan.yaml: must hold fields/],
    ['a text', 'nano', /plan.yaml: must hold fields/],
    ['a section that is none', 'pretrain: 5', /plan.yaml: must hold fields/],
    ['no YAML', 'a: [\n', /^\S+plan.yaml:\d+:\d+: [^\n]+$/],
  ])('is refused when it is %s', (_what, text, message) => {
    const code = 'TRAIN_PLAN'
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })

  it.each([
    ['a folder', dir, /it is a folder/],
    ['not there', join(dir, 'nowhere'), /there is no such file$/],
    ['a device', '/dev/zero', /it is a pipe or a device/],
  ])('is refused when it is %s', (_what, file, message) => {
    const code = 'TRAIN_PLAN'
    expect(() => readPlanFile(file)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })
})
