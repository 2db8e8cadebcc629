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
  it('has fields; of an empty one there are none', async () => {
    expect(await read('preset: nano\npretrain: { steps: 5 }\n')).toEqual({
      preset: 'nano',
      pretrain: { steps: 5 },
    })
    expect(await read('')).toEqual({})
  })

  it.each([
    ['a list', '[1, 2]', /plan.yaml: must hold fields/],
    ['a text', 'nano', /plan.yaml: must hold fields/],
    ['a section that is none', 'pretrain: 5', /plan.yaml: must hold fields/],
    ['no YAML', 'a: [\n', /^\S+plan.yaml: [^\n]+$/],
  ])('is refused when it is %s', async (_what, text, message) => {
    const failure = await read(text).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'TRAIN_PLAN' })
    expect((failure as Error).message).toMatch(message)
  })

  it('is refused when it is a folder', async () => {
    await expect(readPlanFile(dir)).rejects.toMatchObject({ code: 'TRAIN_PLAN' })
  })
})
